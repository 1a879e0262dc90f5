import type { ConnectorView, SourceDetail, TestResult } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '../../api/api-error.js'
import { client } from '../../api/client.js'
import { fieldErrors } from '../../form/field-errors.js'
import type { Values } from '../../form/schema.js'
import { Members } from '../../form/schema-form.js'
import { SecretsForm } from '../../form/secrets-form.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { ProblemNote } from '../../ui/problem.js'
import { Loading } from '../../ui/states.js'
import { notify } from '../../ui/toasts.js'
import { TestPanel } from '../test-panel.js'
import { Conflict } from './conflict.js'
import { useEdits } from './use-edits.js'

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

const Settings = ({ source, connector }: { readonly source: SourceDetail; readonly connector: ConnectorView }) => {
  const [edits, setEdits] = useEdits(source.id)
  const [secrets, setSecrets] = useState<Values>({})
  const [error, setError] = useState<unknown>(null)
  const [result, setResult] = useState<TestResult | null>(null)
  const [busy, setBusy] = useState<'save' | 'draft' | 'test' | null>(null)
  const queries = useQueryClient()
  const session = useSession()
  const t = messages.settings
  const config = edits?.config ?? source.config
  const base = edits?.base ?? { revision: source.revision, config: source.config }
  const isChanged = edits !== null || Object.keys(secrets).length > 0

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
  const save = (revision = base.revision): Promise<void> =>
    work('save', async () => {
      await client.call('PATCH', `/v1/sources/${source.id}`, {
        body: { ...(edits === null ? {} : { config }), ...(Object.keys(secrets).length === 0 ? {} : { secrets }) },
        headers: { 'if-match': `"r${revision}"` },
      })
      setEdits(null)
      setSecrets({})
      notify(t.saved)
      await queries.invalidateQueries({ queryKey: ['source', source.slug] })
    })
  const test = (): Promise<void> =>
    work('test', async () => {
      setResult(null)
      setResult(await client.call<TestResult>('POST', `/v1/sources/${source.id}/test`, { body: { config, limit: 5 } }))
    })
  const saveDraft = (): Promise<void> =>
    work('draft', async () => {
      await client.call('PUT', `/v1/sources/${source.id}/draft`, { body: { config }, headers: { 'if-match': '*' } })
      setEdits(null)
      notify(t.draftSaved)
      await queries.invalidateQueries({ queryKey: ['source', source.slug] })
    })

  const errors = fieldErrors(error)
  const isConflict = error instanceof ApiError && error.status === 412
  const mayWrite = session.can('updateSource')
  return (
    <div className="columns">
      <section className="panel">
        <header>
          <h2>{t.title}</h2>
          {isChanged && <span className="tag">{t.unsaved}</span>}
        </header>
        <form
          className="body stack"
          onSubmit={(event) => {
            event.preventDefault()
            void save()
          }}
        >
          <Members
            key={edits === null ? source.revision : 'edited'}
            schema={connector.configSchema}
            values={config}
            path="config"
            errors={errors}
            onChange={(next) => setEdits({ base, config: next })}
          />
          {source.credential === null ? (
            <>
              <h3>{t.secrets}</h3>
              <SecretsForm
                schema={connector.secretSchema}
                values={secrets}
                stored={Object.keys(source.secrets)}
                errors={errors}
                onChange={setSecrets}
              />
            </>
          ) : (
            <p className="muted">{t.sharedSecrets(source.credential.name)}</p>
          )}
          {isConflict ? (
            <Conflict source={source} base={base.config} onKeep={(revision) => void save(revision)} onDrop={() => setEdits(null)} />
          ) : (
            error !== null && <ProblemNote error={error} />
          )}
          {mayWrite && (
            <div className="row wrap">
              <button type="submit" className="button primary" disabled={!isChanged || busy !== null}>
                {t.save}
              </button>
              <button type="button" className="button" disabled={edits === null || busy !== null} onClick={() => void saveDraft()}>
                {t.saveDraft}
              </button>
              {isChanged && (
                <button
                  type="button"
                  className="button quiet"
                  onClick={() => {
                    setEdits(null)
                    setSecrets({})
                    setError(null)
                  }}
                >
                  {t.discard}
                </button>
              )}
            </div>
          )}
        </form>
      </section>
      <section className="panel">
        <header>
          <h2>{t.test}</h2>
          {session.can('testSource') && (
            <button type="button" className="button small" disabled={busy !== null} onClick={() => void test()}>
              {busy === 'test' ? t.testing : t.runTest}
            </button>
          )}
        </header>
        <div className="body">
          {result === null ? <p className="muted">{busy === 'test' ? t.testing : t.testHint}</p> : <TestPanel result={result} />}
        </div>
      </section>
    </div>
  )
}
