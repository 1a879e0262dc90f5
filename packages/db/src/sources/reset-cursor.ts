import { Failure } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import { Prisma } from '../generated/client.js'
import { lockRow } from '../prisma-transaction.js'

export interface CursorReset {
  readonly sourceId: string
  /** Only this stream; default: all. */
  readonly stream?: string | undefined
}

/**
 * Clears how far streams have been read: the next run reads them from the beginning and finds stored records unchanged. Raises the epoch, so that
 * whatever is still in progress is fenced. Returns the streams; null when the source is unknown. Throws RUN_IN_PROGRESS while a run is active,
 * NOT_FOUND for an unknown stream.
 */
export const resetCursor = (database: Database, reset: CursorReset, actor: Actor): Promise<readonly string[] | null> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const { sourceId, stream } = reset
    const now = await lockRow(client, 'source', sourceId)
    if (now === null) return null
    await prisma.lease.createMany({ data: [{ sourceId, epoch: 0, expiresAt: now }], skipDuplicates: true })
    await lockRow(client, 'lease', sourceId)
    const active = await prisma.run.findFirst({ where: { sourceId, status: { not: 'ended' } }, select: { id: true } })
    if (active !== null) throw new Failure('RUN_IN_PROGRESS', `run ${active.id} of this source is active`)
    const where = { sourceId, ...(stream !== undefined && { name: stream }) }
    const before = await prisma.stream.findMany({ where, orderBy: { name: 'asc' }, select: { name: true, cursor: true } })
    if (before.length === 0 && stream !== undefined) throw new Failure('NOT_FOUND', 'the source has no such stream', { field: 'stream' })
    const { epoch } = await prisma.lease.update({ where: { sourceId }, data: { epoch: { increment: 1 } }, select: { epoch: true } })
    await prisma.stream.updateMany({ where, data: { cursor: Prisma.DbNull, cursorEpoch: epoch, cursorSeq: 0, updatedAt: now } })
    const streams = before.map(({ name }) => name).sort()
    await writeAudit(client, {
      actor,
      action: 'source.resetCursor',
      targetType: 'source',
      targetId: sourceId,
      before,
      after: { streams },
    })
    const message = `cursors reset: ${streams.join(', ') || 'none was set'}`
    await writeEvent(client, { sourceId, type: 'cursor.reset', level: 'info', message })
    return streams
  })
