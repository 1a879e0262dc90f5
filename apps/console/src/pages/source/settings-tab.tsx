import type { ConnectorView, SavedSource, SourceDetail, TestResult } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '../../api/api-error.js'
import { client } from '../../api/client.js'
import { fieldErrors } from '../../form/field-errors.js'
import type { Schema, Values } from '../../form/schema.js'
import { Members } from '../../form/schema-form.js'
import { useFirstFault } from '../../form/use-first-fault.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { ProblemNote } from '../../ui/problem.js'
import { Loading } from '../../ui/states.js'
import { notify, undoBy } from '../../ui/toasts.js'
import { MappingEditor } from '../mapping/mapping-editor.js'
import { SecretsChoice } from '../source-fields/secrets-choice.js'
import { NameField, SourceFields } from '../source-fields/source-fields.js'
import { failureErrors, TestPanel } from '../test-panel.js'
import { Conflict } from './conflict.js'
import { DraftConflict } from './draft-conflict.js'
import { refreshSource } from './refresh-source.js'
import { undoSave } from './undo-save.js'
import { changesOf, changesOnto, type Editable, toEditable, useEdits } from './use-edits.js'
import { useFieldsAskedFor } from './use-fields-asked-for.js'

export const SettingsTab = ({ source }: { readonly source: SourceDetail }) => {
  const connector = useQuery({
    queryKey: ['connector', source.connector],
    queryFn: ({ signal }) => client.call<ConnectorView>('GET', `/v1/connectors/${source.connector}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (connector.data === undefined)
    return connector.isError ? <ProblemNote error={connector.error} onRetry={() => void connector.refetch()} /> : <Loading />
  return <Settings source={source} connector={connector.data} />
}

/** Somebody has changed what would be changed, or nobody said what is to be replaced. */
const isPrecondition = (error: unknown): error is ApiError => error instanceof ApiError && (error.status === 412 || error.status === 428)

/** A draft would have been replaced that nobody here has seen. */
class DraftExists extends Error {
  readonly requestId: string | null
  constructor(refusal: ApiError) {
    super(refusal.message, { cause: refusal })
    this.requestId = refusal.problem?.requestId ?? null
  }
}

const Settings = ({ source, connector }: { readonly source: SourceDetail; readonly connector: ConnectorView }) => {
  const [edits, setEdits] = useEdits(source.id)
  const [secrets, setSecrets] = useState<Values>({})
  const [error, setError] = useState<unknown>(null)
  const [result, setResult] = useState<TestResult | null>(null)
  const [busy, setBusy] = useState<'save' | 'draft' | 'test' | null>(null)
  // Fields keep what is typed: they begin again when edits are given up.
  const [discards, setDiscards] = useState(0)
  const queries = useQueryClient()
  const session = useSession()
  const t = messages.settings
  const base = edits?.base ?? { revision: source.revision, values: toEditable(source) }
  const values = edits?.values ?? base.values
  const changes = edits === null ? {} : changesOf(edits)
  const hasSecrets = Object.keys(secrets).length > 0
  const isChanged = Object.keys(changes).length > 0 || hasSecrets
  const mayWrite = session.can('updateSource')

  const change = (next: Partial<Editable>): void => setEdits({ base, values: { ...values, ...next } })
  const discard = (): void => {
    setEdits(null)
    setSecrets({})
    setError(null)
    setDiscards(discards + 1)
  }
  const refresh = (): Promise<void> => refreshSource(queries, source)
  const work = async (kind: 'save' | 'draft' | 'test', act: () => Promise<void>): Promise<void> => {
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
  const save = (onto = base): Promise<void> =>
    work('save', async () => {
      const saved = await client.call<SavedSource>('PATCH', `/v1/sources/${source.id}`, {
        body: { ...(edits === null || onto === base ? changes : changesOnto(edits, onto.values)), ...(hasSecrets ? { secrets } : {}) },
        headers: { 'if-match': `"r${onto.revision}"` },
      })
      const isNewVersion = source.version !== null && saved.version !== source.version
      const undo = undoSave({
        changed: Object.keys(changes) as (keyof Editable)[],
        hasSecrets,
        before: onto.values,
        liveBefore: source.version,
        saved,
        refresh,
      })
      discard()
      notify(isNewVersion ? t.saved : t.savedAsIs, undo !== null && (!isNewVersion || session.can('rollBack')) ? undoBy(undo) : null)
      await refresh()
    })
  const test = (): Promise<void> =>
    work('test', async () => {
      setResult(null)
      const body = { config: values.config, mapping: values.mapping, limit: 5 }
      setResult(await client.call<TestResult>('POST', `/v1/sources/${source.id}/test`, { body }))
    })
  const saveDraft = (revision: number | null = null): Promise<void> =>
    work('draft', async () => {
      const { config, mapping, schedule } = values
      // Without a revision, no draft is replaced.
      const headers = revision === null ? {} : { 'if-match': `"r${revision}"` }
      await client.call('PUT', `/v1/sources/${source.id}/draft`, { body: { config, mapping, schedule }, headers }).catch((caught: unknown) => {
        throw isPrecondition(caught) ? new DraftExists(caught) : caught
      })
      // What is no part of a version stays to be saved.
      const { config: was, mapping: mapped, schedule: due } = base.values
      setEdits({ base, values: { ...values, config: was, mapping: mapped, schedule: due } })
      setDiscards(discards + 1)
      notify(t.draftSaved)
      await refresh()
    })

  // What a test found before may have been corrected since.
  const errors = error === null ? failureErrors(result) : fieldErrors(error)
  const form = useFirstFault(error)
  useFieldsAskedFor(form)
  const isInVersion = 'config' in changes || 'mapping' in changes || 'schedule' in changes
  return (
    <form
      ref={form}
      className="stack"
      key={`${discards} ${base.revision}`}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <div className="columns">
        <section className="panel">
          <header>
            <h2>{t.title}</h2>
            {isChanged && <span className="tag">{t.unsaved}</span>}
          </header>
          <fieldset className="body stack lockable" disabled={!mayWrite}>
            <NameField values={values} errors={errors} onChange={change} />
            <Members schema={connector.configSchema} values={values.config} path="config" errors={errors} onChange={(config) => change({ config })} />
            {Object.keys((connector.secretSchema as Schema).properties ?? {}).length > 0 && (
              <SecretsChoice
                connector={connector.type}
                schema={connector.secretSchema}
                config={values.config}
                credential={values.credential}
                secrets={secrets}
                stored={source.credential === null ? Object.keys(source.secrets) : []}
                errors={errors}
                onCredential={(credential) => change({ credential })}
                onSecrets={setSecrets}
              />
            )}
            <SourceFields values={values} errors={errors} onChange={change} />
          </fieldset>
        </section>
        {session.can('testSource') && (
          <section className="panel beside">
            <header>
              <h2>{t.test}</h2>
              <button type="button" className="button small" disabled={busy !== null} onClick={() => void test()}>
                {busy === 'test' ? t.testing : t.runTest}
              </button>
            </header>
            <div className="body">
              {result === null ? <p className="muted">{busy === 'test' ? t.testing : t.testHint}</p> : <TestPanel result={result} />}
            </div>
          </section>
        )}
      </div>
      <section className="panel">
        <header>
          <h2>{messages.mapping.title}</h2>
          <span className="muted">{messages.mapping.intro}</span>
        </header>
        <fieldset className="body lockable" disabled={!mayWrite}>
          <MappingEditor
            subject={{ sourceId: source.id }}
            value={values.mapping}
            records={result?.records ?? []}
            error={error}
            onChange={(mapping) => change({ mapping })}
          />
        </fieldset>
      </section>
      <div className="stack tight save-bar" data-shown={isChanged || error !== null}>
        {error instanceof DraftExists ? (
          <DraftConflict
            sourceId={source.id}
            mine={{ config: values.config, mapping: values.mapping, schedule: values.schedule }}
            refusal={error.requestId}
            onReplace={(revision) => void saveDraft(revision)}
            onCancel={() => setError(null)}
          />
        ) : isPrecondition(error) ? (
          <Conflict source={source} base={base.values} onKeep={(theirs) => void save(theirs)} onDrop={discard} />
        ) : (
          error !== null && <ProblemNote error={error} />
        )}
        {mayWrite && (
          <div className="row wrap">
            <button type="submit" className="button primary" disabled={!isChanged || busy !== null}>
              {t.save}
            </button>
            <button type="button" className="button" disabled={!isInVersion || busy !== null} onClick={() => void saveDraft()}>
              {t.saveDraft}
            </button>
            {isChanged && (
              <button type="button" className="button quiet" onClick={discard}>
                {t.discard}
              </button>
            )}
          </div>
        )}
      </div>
    </form>
  )
}
