import type { ConnectorView, ProposalView, SavedSource, TestResult } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { client } from '../../api/client.js'
import { fieldErrors } from '../../form/field-errors.js'
import { kindOf, type Schema, type Values } from '../../form/schema.js'
import { Members } from '../../form/schema-form.js'
import { useFirstFault } from '../../form/use-first-fault.js'
import { messages } from '../../messages.js'
import { ProblemNote } from '../../ui/problem.js'
import { Loading } from '../../ui/states.js'
import { notify } from '../../ui/toasts.js'
import { MappingEditor } from '../mapping/mapping-editor.js'
import type { MappingValue } from '../mapping/mapping-value.js'
import { SecretsChoice } from '../source-fields/secrets-choice.js'
import { NameField, SourceFields, type SourceFieldValues } from '../source-fields/source-fields.js'
import { failureErrors, TestPanel } from '../test-panel.js'
import { ImportSettings } from './import-settings.js'
import { useKept } from './use-kept.js'

export const ConfigureSource = ({ type }: { readonly type: string }) => {
  const connector = useQuery({
    queryKey: ['connector', type],
    queryFn: ({ signal }) => client.call<ConnectorView>('GET', `/v1/connectors/${type}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (connector.data === undefined)
    return connector.isError ? <ProblemNote error={connector.error} onRetry={() => void connector.refetch()} /> : <Loading />
  return <Configure connector={connector.data} />
}

interface Kept extends SourceFieldValues {
  readonly config: Values
  readonly mapping: MappingValue | null
  readonly credential: string | null
}

const EMPTY: Kept = {
  name: '',
  labels: {},
  freshWithin: null,
  language: 'auto',
  schedule: { cron: '0 * * * *', timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone },
  config: {},
  mapping: null,
  credential: null,
}

/** Files that are uploaded change only when somebody replaces one, and that starts a run: no schedule, unless one was chosen. */
const scheduleFor = (schema: Schema, before: Kept, config: Values): Partial<Kept> => {
  const first = Object.entries(schema.properties ?? {}).filter(([, field]) => field['x-first'] === true)
  const isUploaded = first.some(([name, field]) => kindOf(field) === 'uploads' && before.config[name] === undefined && config[name] !== undefined)
  const isElsewhere = first.some(([name, field]) => kindOf(field) !== 'uploads' && config[name] !== undefined)
  return isUploaded && !isElsewhere && before.schedule?.cron === EMPTY.schedule?.cron ? { schedule: null } : {}
}

const Configure = ({ connector }: { readonly connector: ConnectorView }) => {
  const [kept, setKept] = useKept<Kept>(`inlet.new.${connector.type}`, EMPTY)
  const [secrets, setSecrets] = useState<Values>({})
  const [error, setError] = useState<unknown>(null)
  const [result, setResult] = useState<TestResult | null>(null)
  const [busy, setBusy] = useState<'test' | 'create' | null>(null)
  // Fields that keep what is typed begin again with the settings of a document.
  const [imports, setImports] = useState(0)
  const [isMapped] = useState(kept.mapping !== null)
  const navigate = useNavigate()
  const t = messages.newSource
  const { config, credential, mapping, ...fields } = kept
  const change = (next: Partial<Kept>): void => setKept({ ...kept, ...next })
  const secretSource = credential !== null ? { credential } : Object.keys(secrets).length === 0 ? {} : { secrets }
  const common = { connector: connector.type, config, ...(mapping === null ? {} : { mapping }), ...secretSource }

  const work = async (kind: 'test' | 'create', act: () => Promise<void>): Promise<void> => {
    setBusy(kind)
    setError(null)
    try {
      await act()
    } catch (caught) {
      setError(caught)
    } finally {
      setBusy(null)
    }
  }
  const test = (): Promise<void> =>
    work('test', async () => {
      setResult(null)
      setResult(await client.call<TestResult>('POST', '/v1/sources/test', { body: { ...common, limit: 5 } }))
    })
  const create = (event: FormEvent): Promise<void> => {
    event.preventDefault()
    return work('create', async () => {
      const source = await client.call<SavedSource>('POST', '/v1/sources', { body: { ...common, ...fields } })
      setKept(null)
      notify(t.created(source.name))
      // Its first run is under way: it is watched where every run is.
      await navigate(
        source.runId === null ? { to: '/sources/$ref', params: { ref: source.slug } } : { to: '/runs/$id', params: { id: source.runId } },
      )
    })
  }
  const takeOver = (proposal: ProposalView): void => {
    setImports(imports + 1)
    change({ config: proposal.config, name: fields.name === '' ? proposal.title : fields.name })
  }
  // What a test found before may have been corrected since.
  const errors = error === null ? failureErrors(result) : fieldErrors(error)
  const form = useFirstFault(error)
  const hasSecrets = Object.keys((connector.secretSchema as Schema).properties ?? {}).length > 0
  return (
    <div className="stack">
      <p className="row wrap">
        <Link to="/new-source" className="link">
          {t.back}
        </Link>
        <strong>{connector.title}</strong>
        <span className="muted">{connector.description}</span>
      </p>
      {connector.importable && <ImportSettings type={connector.type} onProposal={takeOver} />}
      <form ref={form} className="stack" onSubmit={(event) => void create(event)}>
        <div className="columns">
          <section className="panel">
            <header>
              <h2>{t.settings}</h2>
            </header>
            <div className="body stack">
              <NameField values={kept} errors={errors} onChange={change} />
              <Members
                key={imports}
                schema={connector.configSchema}
                values={config}
                path="config"
                errors={errors}
                onChange={(next) => change({ config: next, ...scheduleFor(connector.configSchema, kept, next) })}
              />
              {hasSecrets && (
                <SecretsChoice
                  connector={connector.type}
                  schema={connector.secretSchema}
                  config={config}
                  credential={credential}
                  secrets={secrets}
                  stored={[]}
                  errors={errors}
                  onCredential={(name) => change({ credential: name })}
                  onSecrets={setSecrets}
                />
              )}
              <SourceFields isNew values={kept} errors={errors} onChange={change} />
            </div>
          </section>
          <section className="panel beside" aria-label={messages.settings.test}>
            <header>
              <h2>{messages.settings.test}</h2>
              <button type="button" className="button small" disabled={busy !== null} onClick={() => void test()}>
                {busy === 'test' ? messages.settings.testing : messages.settings.runTest}
              </button>
            </header>
            <div className="body">
              {result === null ? (
                <p className="muted">{busy === 'test' ? messages.settings.testing : t.testHint}</p>
              ) : (
                <TestPanel result={result} isNew />
              )}
            </div>
          </section>
        </div>
        <details className="panel fold" open={isMapped}>
          <summary>
            <h2>{messages.mapping.title}</h2>
            <span className="muted">{messages.mapping.intro}</span>
          </summary>
          <div className="body">
            <MappingEditor
              subject={{ connector: connector.type }}
              value={mapping}
              records={result?.records ?? []}
              error={error}
              onChange={(next) => change({ mapping: next })}
            />
          </div>
        </details>
        <div className="stack tight save-bar" data-shown>
          {error !== null && <ProblemNote error={error} />}
          <div className="row wrap">
            <button type="submit" className="button primary" disabled={busy !== null}>
              {busy === 'create' ? t.creating : t.create}
            </button>
          </div>
        </div>
      </form>
    </div>
  )
}
