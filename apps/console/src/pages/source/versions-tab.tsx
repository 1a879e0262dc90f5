import type { DraftReview, DraftView, SourceDetail, VersionView } from '@inlet/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '../../api/api-error.js'
import { client } from '../../api/client.js'
import { messages } from '../../messages.js'
import { useSession } from '../../session/session.js'
import { Badge } from '../../ui/badge.js'
import { Paged } from '../../ui/paged.js'
import { ProblemNote } from '../../ui/problem.js'
import { Time } from '../../ui/time.js'
import { notify, notifyError, undoBy } from '../../ui/toasts.js'
import { Changes } from './changes.js'
import type { Change } from './diff-values.js'
import { refreshSource } from './refresh-source.js'
import { Review } from './review.js'
import { rollBack } from './roll-back.js'

/** The draft on its way to being live, and every version before it. */
export const VersionsTab = ({ source }: { readonly source: SourceDetail }) => (
  <div className="stack">
    {source.hasDraft && <Draft source={source} />}
    <Versions source={source} />
  </div>
)

const Draft = ({ source }: { readonly source: SourceDetail }) => {
  const queries = useQueryClient()
  const session = useSession()
  const [reviewed, setReviewed] = useState<{ readonly revision: number | undefined; readonly review: DraftReview } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const draft = useQuery({
    queryKey: ['source', source.slug, 'draft'],
    queryFn: ({ signal }) => client.call<DraftView>('GET', `/v1/sources/${source.id}/draft`, { signal }),
    // A draft that was looked at before may be discarded or replaced by now: publishing it would be refused.
    gcTime: 0,
  })
  const t = messages.versions
  const revision = draft.data?.revision
  // What was found about an earlier draft says nothing about this one.
  const review = reviewed !== null && reviewed.revision === revision ? reviewed.review : null
  const headers = { 'if-match': `"r${revision}"` }
  const setReview = (found: DraftReview): void => setReviewed({ revision, review: found })
  const act = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (caught) {
      const found = caught instanceof ApiError ? (caught.problem?.review as DraftReview | undefined) : undefined
      if (found !== undefined) setReview(found)
      setError(caught)
      // Somebody has changed the draft: it is shown as it is now.
      if (caught instanceof ApiError && caught.status === 412) await draft.refetch()
    } finally {
      setBusy(false)
    }
  }
  const publish = (force: boolean): Promise<void> =>
    act(async () => {
      await client.call('POST', `/v1/sources/${source.id}/draft/publish`, { body: { force }, headers })
      notify(t.published)
      await refreshSource(queries, source)
    })
  if (draft.data === undefined) return draft.isError ? <ProblemNote error={draft.error} /> : null
  return (
    <section className="panel">
      <header>
        <h2>{t.draft}</h2>
        <span className="muted">{t.replaces(draft.data.liveVersion)}</span>
      </header>
      <div className="body stack">
        <Changes changes={draft.data.changes} none={t.noChanges} />
        {draft.data.warnings.map(({ code, message }) => (
          <p key={code} className="muted">
            {message}
          </p>
        ))}
        {review !== null && <Review review={review} />}
        {error !== null && <ProblemNote error={error} />}
        <div className="row wrap">
          {session.can('reviewDraft') && (
            <button
              type="button"
              className="button"
              disabled={isBusy}
              onClick={() => void act(async () => setReview(await client.call<DraftReview>('POST', `/v1/sources/${source.id}/draft/review`)))}
            >
              {isBusy ? t.reviewing : t.review}
            </button>
          )}
          {session.can('publishDraft') && (
            <button type="button" className="button primary" disabled={isBusy} onClick={() => void publish(review !== null && !review.passes)}>
              {review !== null && !review.passes ? t.publishAnyway : t.publish}
            </button>
          )}
          {session.can('deleteDraft') && (
            <button
              type="button"
              className="button quiet danger"
              disabled={isBusy}
              onClick={() =>
                void act(async () => {
                  const { config, mapping, schedule } = draft.data
                  const path = `/v1/sources/${source.id}/draft`
                  await client.call('DELETE', path, { headers })
                  const refresh = (): Promise<void> => refreshSource(queries, source)
                  const undo = async (): Promise<void> => {
                    await client.call('PUT', path, { body: { config, mapping, schedule } })
                    await refresh()
                  }
                  notify(t.discarded, undoBy(undo))
                  await refresh()
                })
              }
            >
              {t.discard}
            </button>
          )}
        </div>
      </div>
    </section>
  )
}

const Versions = ({ source }: { readonly source: SourceDetail }) => {
  const session = useSession()
  const queries = useQueryClient()
  const [compared, setCompared] = useState<number | null>(null)
  const t = messages.versions
  const refresh = (): Promise<void> => refreshSource(queries, source)
  return (
    <Paged<VersionView> queryKey={['source', source.slug, 'versions']} path={`/v1/sources/${source.id}/versions`} empty={t.none}>
      {(versions) => (
        <ul className="panel versions">
          {versions.map((version) => {
            const isLive = version.number === source.version
            return (
              <li key={version.number}>
                <div className="row wrap">
                  <strong>{t.version(version.number)}</strong>
                  {isLive && <Badge tone="ok">{t.live}</Badge>}
                  {version.restoredFrom !== null && <span className="tag">{t.restored(version.restoredFrom)}</span>}
                  {version.openError !== null && <Badge tone="bad">{version.openError.message}</Badge>}
                  <span className="muted">
                    <Time at={version.publishedAt ?? version.createdAt} />
                  </span>
                  <span className="grow" />
                  {!isLive && (
                    <button
                      type="button"
                      className="button small quiet"
                      onClick={() => setCompared(compared === version.number ? null : version.number)}
                    >
                      {t.compare}
                    </button>
                  )}
                  {!isLive && session.can('rollBack') && (
                    <button
                      type="button"
                      className="button small"
                      onClick={() => void rollBack({ source, revision: source.revision, version: version.number, refresh }).catch(notifyError)}
                    >
                      {t.rollBack}
                    </button>
                  )}
                </div>
                {compared === version.number && <Comparison source={source} from={version.number} />}
              </li>
            )
          })}
        </ul>
      )}
    </Paged>
  )
}

const Comparison = ({ source, from }: { readonly source: SourceDetail; readonly from: number }) => {
  const diff = useQuery({
    queryKey: ['source', source.slug, 'diff', from, source.version],
    queryFn: ({ signal }) =>
      client.call<{ readonly changes: readonly Change[] }>('GET', `/v1/sources/${source.id}/diff`, { query: { from, to: 'live' }, signal }),
  })
  if (diff.isError) return <ProblemNote error={diff.error} />
  return diff.data === undefined ? null : <Changes changes={diff.data.changes} none={messages.versions.same} />
}
