import { findSource, type PublishedVersion, type SourceDetails } from '@inlet/db'
import { toEtag } from '../http/etag.js'
import type { Reply } from '../http/reply.js'
import { armAfterCommit, enqueueAfterCommit } from '../sources/after-commit.js'
import { warningsOf } from '../sources/create-source.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import { toSourceDetail } from '../sources/to-source-view.js'
import { loadAfterCommit } from './load-after-commit.js'
import type { GatePass } from './pass-gate.js'
import { warnOfRemapping } from './warn-of-remapping.js'
import { warnOfStreams } from './warn-of-streams.js'

/** What follows a publication: the new schedule is armed, a source in error starts again, a worker loads the version. */
export const answerPublished = async (
  deps: SourceDeps,
  published: {
    readonly source: SourceDetails
    readonly version: PublishedVersion
    /** Of the review, when there was one. */
    readonly warnings?: GatePass['warnings']
  },
): Promise<Reply> => {
  const { source, version } = published
  const { runId } = version
  const saved = await findSource(deps.database, source.id)
  if (saved === null) throw sourceNotFound()
  await Promise.all([
    version.rescheduled ? armAfterCommit(deps, saved.id, saved.status === 'PAUSED' ? null : saved.schedule) : undefined,
    runId === null ? undefined : enqueueAfterCommit(deps, [runId]),
    loadAfterCommit(deps, { sourceId: saved.id, versionId: version.id, connector: saved.connector }),
  ])
  const warnings = [
    ...warningsOf(version.rescheduled ? saved.schedule : null),
    ...warnOfRemapping(source, saved),
    ...(published.warnings ?? warnOfStreams(source, saved)),
  ]
  return {
    status: 200,
    headers: { etag: toEtag(saved.revision) },
    body: { ...toSourceDetail(saved, deps.findConnector), runId, checked: false, warnings },
  }
}
