import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { lockRow, readDatabaseTime } from '../prisma-transaction.js'
import { notOpen, type QuarantineChoice, whereChosen } from './retry-quarantined.js'

// The content of a dropped record is erased; what stays is where it came from, why, and who dropped it.
const dropped = (actor: Actor, now: Date) => ({ state: 'dropped', stateAt: now, stateBy: actor, raw: null, record: null, edited: null })

/**
 * Drops a record: its content is erased, its row stays until its retention ends. Returns false when unknown. Throws QUARANTINE_NOT_OPEN; dropping it
 * twice changes nothing.
 */
export const dropQuarantined = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const now = await lockRow(client, 'quarantined', id)
    const where = { id: BigInt(id) }
    const row = await prisma.quarantine.findUnique({ where, select: { state: true, key: true, reason: true, stream: true, sourceId: true } })
    if (now === null || row === null || (await prisma.source.count({ where: { id: row.sourceId, deletingAt: null } })) === 0) return false
    if (row.state === 'dropped') return true
    if (row.state !== 'open') throw notOpen(row.state)
    await prisma.quarantine.update({ where, data: dropped(actor, now), select: { id: true } })
    await writeAudit(client, { actor, action: 'quarantine.drop', targetType: 'quarantined', targetId: id, before: row, after: { state: 'dropped' } })
    return true
  })

/** Drops all chosen open records of a source; returns how many. */
export const dropQuarantine = (database: Database, choice: QuarantineChoice, actor: Actor): Promise<number> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const data = dropped(actor, await readDatabaseTime(client))
    const { count } = await prisma.quarantine.updateMany({ where: whereChosen(choice), data })
    const after = { ...choice, before: choice.before?.toISOString(), dropped: count }
    if (count > 0) await writeAudit(client, { actor, action: 'source.quarantine.drop', targetType: 'source', targetId: choice.sourceId, after })
    return count
  })
