import type { SourceDetail, UploadView } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ChangeEvent, useRef, useState } from 'react'
import { ApiError } from '../../api/api-error.js'
import { client } from '../../api/client.js'
import { fetchWithProgress } from '../../api/fetch-with-progress.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { formatBytes } from '../../ui/format.js'
import { Name } from '../../ui/name.js'
import { ProblemNote } from '../../ui/problem.js'
import { Time } from '../../ui/time.js'
import { notify } from '../../ui/toasts.js'

/** Ids of the uploads that a source reads; none for other sources. */
export const uploadsOf = ({ connector, config }: Pick<SourceDetail, 'connector' | 'config'>): readonly string[] => {
  const ids: unknown = connector === 'file' ? config['uploads'] : undefined
  return Array.isArray(ids) ? ids.map(String) : []
}

/** The uploaded files of a source, each of which can get a new content. */
export const UploadsPanel = ({ source }: { readonly source: SourceDetail }) => {
  const t = messages.source.uploads
  return (
    <section className="panel">
      <header>
        <h2>{t.title}</h2>
      </header>
      <div className="table-wrap" tabIndex={0}>
        <table className="table stacks">
          <thead>
            <tr>
              <th>{t.name}</th>
              <th className="right">{t.size}</th>
              <th>{t.uploaded}</th>
              <th>{t.state}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {uploadsOf(source).map((id) => (
              <UploadRow key={id} id={id} source={source} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

const POLL_MS = 5_000

const UploadRow = ({ id, source }: { readonly id: string; readonly source: SourceDetail }) => {
  const t = messages.source.uploads
  const upload = useQuery({
    queryKey: ['upload', id],
    queryFn: ({ signal }) => client.call<UploadView>('GET', `/v1/uploads/${id}`, { signal }),
    refetchInterval: POLL_MS,
    retry: false,
  })
  if (upload.data === undefined)
    return (
      <tr>
        <td>{id}</td>
        <td colSpan={4}>{upload.isError && <ProblemNote error={upload.error} />}</td>
      </tr>
    )
  const { name, size, createdAt, replacedAt, sources } = upload.data
  const reader = sources.find((each) => each.id === source.id)
  return (
    <tr>
      <td>
        <Name of={name} />
      </td>
      <td className="right num" data-label={t.size}>
        {formatBytes(size)}
      </td>
      <td data-label={t.uploaded}>
        <Time at={replacedAt ?? createdAt} />
      </td>
      <td className="muted" data-label={t.state}>
        {reader === undefined ? t.states.waiting : (reader.problem ?? t.states[reader.state])}
      </td>
      <td className="right">
        <ReplaceFile upload={upload.data} source={source} />
      </td>
    </tr>
  )
}

/** Sends the chosen file in place of the one before, and has the source read it. */
const ReplaceFile = ({ upload, source }: { readonly upload: UploadView; readonly source: SourceDetail }) => {
  const t = messages.source.uploads
  const session = useSession()
  const queries = useQueryClient()
  const [sent, setSent] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  const input = useRef<HTMLInputElement>(null)
  if (!session.can('replaceUpload')) return null

  const replace = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0]
    event.target.value = ''
    if (file === undefined) return
    setError(null)
    setSent(0)
    try {
      await client.call('PUT', `/v1/uploads/${upload.id}/content`, { query: { name: file.name }, body: file, fetcher: fetchWithProgress(setSent) })
      notify(await readNow(source, session.can('runSource')))
    } catch (caught) {
      setError(caught)
    } finally {
      setSent(null)
      await Promise.all([queries.invalidateQueries({ queryKey: ['upload', upload.id] }), queries.invalidateQueries({ queryKey: ['source'] })])
    }
  }
  return (
    <>
      {sent === null ? (
        <button type="button" className="button small" aria-label={t.replaceOne(upload.name)} onClick={() => input.current?.click()}>
          {t.replace}
        </button>
      ) : (
        <progress max={1} value={sent} aria-label={t.sending(upload.name)} />
      )}
      <input ref={input} type="file" hidden onChange={(event) => void replace(event)} />
      {error !== null && <ProblemNote error={error} />}
    </>
  )
}

/** Starts a run where that is possible now; answers what happens to the new file. */
const readNow = async (source: SourceDetail, mayRun: boolean): Promise<string> => {
  const t = messages.source.uploads.done
  if (!mayRun) return t.later
  try {
    await client.call('POST', `/v1/sources/${source.id}/run`, { body: {} })
    return t.running
  } catch (error) {
    const code = error instanceof ApiError ? error.problem?.code : undefined
    if (code === 'RUN_IN_PROGRESS') return t.afterThis
    if (code === 'SOURCE_PAUSED' || code === 'SOURCE_STOPPED') return t.off
    throw error
  }
}
