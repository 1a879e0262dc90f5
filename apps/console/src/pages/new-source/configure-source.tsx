import type { ConnectorView, SavedSource, TestResult } from '@inlet/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { client } from '../../api/client.js'
import { fieldErrors } from '../../form/field-errors.js'
import type { Schema, Values } from '../../form/schema.js'
import { Members } from '../../form/schema-form.js'
import { SecretsForm } from '../../form/secrets-form.js'
import { messages } from '../../messages.js'
import { ProblemNote } from '../../ui/problem.js'
import { Loading } from '../../ui/states.js'
import { notify } from '../../ui/toasts.js'
import { TestPanel } from '../test-panel.js'
import { ScheduleField, type ScheduleValue } from './schedule-field.js'
import { TextField } from './text-field.js'
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

interface Kept {
  readonly name: string
  readonly config: Values
  readonly schedule: ScheduleValue | null
}

const Configure = ({ connector }: { readonly connector: ConnectorView }) => {
  const [kept, setKept] = useKept<Kept>(`inlet.new.${connector.type}`, { name: '', config: {}, schedule: { cron: '0 * * * *', timeZone: 'UTC' } })
  const [secrets, setSecrets] = useState<Values>({})
  const [error, setError] = useState<unknown>(null)
  const [result, setResult] = useState<TestResult | null>(null)
  const [busy, setBusy] = useState<'test' | 'create' | null>(null)
  const navigate = useNavigate()
  const t = messages.newSource
  const common = { connector: connector.type, config: kept.config, ...(Object.keys(secrets).length === 0 ? {} : { secrets }) }

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
      const source = await client.call<SavedSource>('POST', '/v1/sources', { body: { ...common, name: kept.name, schedule: kept.schedule } })
      setKept(null)
      notify(t.created(source.name))
      // Its first run is under way: it is watched where every run is.
      await navigate(
        source.runId === null ? { to: '/sources/$ref', params: { ref: source.slug } } : { to: '/runs/$id', params: { id: source.runId } },
      )
    })
  }
  const errors = fieldErrors(error)
  return (
    <div className="stack">
      <p className="row wrap">
        <Link to="/sources/new" className="link">
          {t.back}
        </Link>
        <strong>{connector.title}</strong>
        <span className="muted">{connector.description}</span>
      </p>
      <div className="columns">
        <form className="panel" onSubmit={(event) => void create(event)}>
          <header>
            <h2>{t.settings}</h2>
          </header>
          <div className="body stack">
            <TextField label={t.name} value={kept.name} error={errors.get('name')} isRequired onChange={(name) => setKept({ ...kept, name })} />
            <Members
              schema={connector.configSchema}
              values={kept.config}
              path="config"
              errors={errors}
              onChange={(config) => setKept({ ...kept, config })}
            />
            {Object.keys((connector.secretSchema as Schema).properties ?? {}).length > 0 && (
              <>
                <h3>{messages.settings.secrets}</h3>
                <SecretsForm schema={connector.secretSchema} values={secrets} stored={[]} errors={errors} onChange={setSecrets} />
              </>
            )}
            <ScheduleField value={kept.schedule} onChange={(schedule) => setKept({ ...kept, schedule })} />
            {error !== null && <ProblemNote error={error} />}
            <div className="row wrap">
              <button type="button" className="button" disabled={busy !== null} onClick={() => void test()}>
                {busy === 'test' ? messages.settings.testing : messages.settings.runTest}
              </button>
              <button type="submit" className="button primary" disabled={busy !== null || kept.name.trim() === ''}>
                {t.create}
              </button>
            </div>
          </div>
        </form>
        <section className="panel" aria-label={messages.settings.test}>
          <header>
            <h2>{messages.settings.test}</h2>
          </header>
          <div className="body">
            {result === null ? <p className="muted">{busy === 'test' ? messages.settings.testing : t.testHint}</p> : <TestPanel result={result} />}
          </div>
        </section>
      </div>
    </div>
  )
}
