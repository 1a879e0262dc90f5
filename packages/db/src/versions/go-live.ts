import { canonicalJson, nextTick } from '@inlet/domain'
import type { Prisma } from '../generated/client.js'
import type { LockedSource } from './lock-source.js'
import { scheduleColumns, type VersionContent } from './version-content.js'

/** The status of a source that stopped with an error, once new settings or secrets may have repaired it. */
export const REPAIRED = { status: 'ACTIVE', statusReason: null, statusMessage: null, processDeaths: 0, consecutiveFailures: 0 } as const

/**
 * Makes a version live: runs that begin from now on use it, with its schedule. With `repairs`, a source that had stopped with an error becomes active
 * again. The caller holds the lock on the source.
 */
export const goLive = async (
  prisma: Prisma.TransactionClient,
  change: {
    readonly sourceId: string
    readonly before: LockedSource
    readonly versionId: string
    readonly content: VersionContent
    readonly repairs: boolean
  },
): Promise<{ readonly rescheduled: boolean }> => {
  const { before, content } = change
  const rescheduled = canonicalJson(content.schedule) !== canonicalJson(before.live.content.schedule)
  await prisma.source.update({
    where: { id: change.sourceId },
    data: {
      versionId: change.versionId,
      ...scheduleColumns(content.schedule),
      ...(rescheduled && { nextTickAt: content.schedule === null ? null : nextTick(content.schedule, before.now) }),
      ...(change.repairs && REPAIRED),
      revision: { increment: 1 },
      draftRevision: { increment: 1 },
      updatedAt: before.now,
    },
  })
  return { rescheduled }
}
