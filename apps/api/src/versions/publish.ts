import { randomUUID } from 'node:crypto'
import type { Endpoints } from '@inlet/contract'
import { findSource, getVersion, insertCall, type PublishedVersion, publishDraft, rollBack, type SourceDetails } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { closeSignal, type Handler, type Reply, toEtag } from '../http/reply.js'
import { afterCommit, enqueueAfterCommit, syncSchedulerAfterCommit } from '../source-access/after-commit.js'
import { getSource, sourceNotFound } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { toSourceDetail, warnOfRemapping, warnOfSchedule, warnOfStreams } from '../source-access/source-views.js'
import { checkContent, getDraft } from './drafts.js'
import { type PublishChecks, runPublishChecks } from './review-draft.js'

/**
 * Follows up on a publication and responds: the new schedule is synced with the queue, a source in error starts again, a worker opens the version.
 */
const answerPublished = async (
  deps: SourceDeps,
  published: {
    readonly source: SourceDetails
    readonly version: PublishedVersion
    /** The review's, if there was one. */
    readonly warnings?: PublishChecks['warnings']
  },
): Promise<Reply> => {
  const { source, version } = published
  const { runId } = version
  const saved = await findSource(deps.database, source.id)
  if (saved === null) throw sourceNotFound()
  await Promise.all([
    version.rescheduled ? syncSchedulerAfterCommit(deps, saved.id, saved.status === 'PAUSED' ? null : saved.schedule) : undefined,
    runId === null ? undefined : enqueueAfterCommit(deps, [runId]),
    openAfterCommit(deps, { sourceId: saved.id, versionId: version.id, connector: saved.connector }),
  ])
  const warnings = [
    ...warnOfSchedule(version.rescheduled ? saved.schedule : null),
    ...warnOfRemapping(source, saved),
    ...(published.warnings ?? warnOfStreams(source, saved)),
  ]
  return {
    status: 200,
    headers: { etag: toEtag(saved.revision) },
    body: { ...toSourceDetail(saved, deps.findConnector), runId, checked: false, warnings },
  }
}

/** A worker that starts within a day still finds the call; after that, the next run does the same. */
const DEADLINE_MS = 86_400_000

/** Has a worker open the live version at once, so that problems with it show now and not at its next run. Nobody waits for the answer. */
export const openAfterCommit = (
  deps: Pick<SourceDeps, 'database' | 'queues' | 'log'>,
  version: { readonly sourceId: string; readonly versionId: string; readonly connector: string },
): Promise<void> =>
  afterCommit(deps, 'asking a worker to open a version', async () => {
    const id = randomUUID()
    const { sourceId, versionId, connector } = version
    const call = { id, kind: 'open', connector, config: {}, sealedSecrets: null, sourceId, params: { versionId } } as const
    await insertCall(deps.database, { ...call, timeoutMs: DEADLINE_MS })
    await deps.queues.enqueueCall(id)
  })

export const publishDraftHandler =
  (deps: SourceDeps): Handler<Endpoints['publishDraft']> =>
  async ({ params, body, ifMatch, actor, principal, response }) => {
    const source = await getSource(deps, params.id)
    const draft = await getDraft(deps, source.id)
    if (ifMatch !== null && ifMatch !== draft.revision)
      throw new Failure('PRECONDITION_FAILED', `the draft, or the live version it would replace, has changed: it has revision ${draft.revision} now`)
    await checkContent(deps, source, draft.content, { actor, principal })
    const { overridden, warnings } = await runPublishChecks(deps, { source, draft, force: body.force }, closeSignal(response))
    // The revision that was checked: a draft that changed meanwhile is refused.
    const version = await publishDraft(deps.database, { sourceId: source.id, expectedRevision: draft.revision, actor, overridden })
    if (version === null) throw sourceNotFound()
    return answerPublished(deps, { source, version, warnings })
  }

/** Rolls back without publish checks: it must always be possible. */
export const rollBackHandler =
  (deps: SourceDeps): Handler<Endpoints['rollBack']> =>
  async ({ params, body, ifMatch, actor, principal }) => {
    const source = await getSource(deps, params.id)
    const earlier = await getVersion(deps.database, source.id, body.version)
    await checkContent(deps, source, earlier, { actor, principal })
    const request = { sourceId: source.id, number: earlier.number, expectedRevision: ifMatch ?? null, actor }
    const version = await rollBack(deps.database, request)
    if (version === null) throw sourceNotFound()
    return answerPublished(deps, { source, version })
  }
