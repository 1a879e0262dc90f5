import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import type { Prisma } from '../generated/client.js'
import { scheduleRecheck } from '../rechecks/claim-rechecks.js'
import { goLive, type LockedSource, lockSource, retirePublished, toContent } from './version-rows.js'

/** Records that a worker could open a version: one statement at the start of a run, which writes nothing if that is known. */
export const recordOpened = async (database: Database, versionId: string): Promise<void> => {
  // SQL: every run executes it, and one statement decides whether anything is written.
  await database.keyed.query({
    name: 'inlet-opened',
    text: `UPDATE source_versions SET loaded_at = coalesce(loaded_at, clock_timestamp()), load_reason = NULL, load_message = NULL, load_failed_at = NULL
     WHERE id = $1 AND (loaded_at IS NULL OR load_failed_at IS NOT NULL)`,
    values: [versionId],
  })
}

export interface OpenFailure {
  readonly sourceId: string
  readonly versionId: string
  readonly reason: string
  readonly message: string
  /** The cause: secrets are shared by all versions, so another version would not help. */
  readonly blame: 'version' | 'secrets'
}

/**
 * Marks a version that a worker could not open. If it is live and was never opened before, the last version that could be opened replaces it and its
 * number is returned; otherwise the source stops with an error and waits for its owner, and null is returned.
 */
export const recordOpenFailure = (database: Database, failed: OpenFailure): Promise<number | null> =>
  database.prismaTransaction(async (tx) => {
    const { prisma, client } = tx
    const { sourceId, versionId, reason } = failed
    const source = await lockSource(tx, sourceId)
    const version = await prisma.sourceVersion.findUnique({
      where: { id: versionId, number: { not: null } },
      select: { number: true, openedAt: true },
    })
    if (source === null || version === null) return null
    const message = failed.message.slice(0, 2_000)
    await prisma.sourceVersion.update({ where: { id: versionId }, data: { openReason: reason, openMessage: message, openFailedAt: source.now } })
    const isLive = source.live.id === versionId
    const mayGoBack = isLive && version.openedAt === null && failed.blame === 'version'
    const liveAgain = mayGoBack ? await goBack(prisma, failed, source) : null
    if (isLive && liveAgain === null) {
      await stop(prisma, source, { reason, message })
      await scheduleRecheck(client, sourceId, source.row.status !== 'ERROR')
    }
    await writeEvent(client, {
      sourceId,
      type: 'source.open_failed',
      level: 'error',
      message: `version ${version.number} cannot be opened: ${message.slice(0, 500)}${liveAgain === null ? '' : `; version ${liveAgain} is live again`}`,
      data: { version: version.number, reason, liveAgain },
    })
    return liveAgain
  })

/** Prefers a version that was opened before over one that was never tried. */
const goBack = async (prisma: Prisma.TransactionClient, { sourceId, versionId }: OpenFailure, before: LockedSource): Promise<number | null> => {
  const where = { sourceId, id: { not: versionId }, number: { not: null }, openFailedAt: null }
  const orderBy = { number: 'desc' } as const
  const earlier =
    (await prisma.sourceVersion.findFirst({ where: { ...where, openedAt: { not: null } }, orderBy })) ??
    (await prisma.sourceVersion.findFirst({ where, orderBy }))
  if (earlier === null) return null
  await retirePublished(prisma, sourceId)
  await prisma.sourceVersion.update({ where: { id: earlier.id }, data: { state: 'published' } })
  await goLive(prisma, { sourceId, before, versionId: earlier.id, content: toContent(earlier), repairs: false })
  return earlier.number
}

const stop = async (
  prisma: Prisma.TransactionClient,
  { row, now }: LockedSource,
  { reason, message }: { readonly reason: string; readonly message: string },
): Promise<void> => {
  await prisma.source.update({
    where: { id: row.id },
    data: {
      status: row.status === 'PAUSED' ? row.status : 'ERROR',
      statusReason: reason,
      statusMessage: message,
      restartAt: null,
      revision: { increment: 1 },
      updatedAt: now,
    },
  })
}
