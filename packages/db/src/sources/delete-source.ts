import { monotonicNow, sleep } from '@inlet/runtime'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { lockRow } from '../prisma-transaction.js'
import { OWNED_ROWS, type OwnedRows, ofSource, withoutChildren } from './owned-rows.js'

const CHUNK = 10_000
const WAIT_MS = 10_000
const RETRY_MS = 100

/** Begins the deletion: the source disappears for every reader at once, its rows are removed later. Returns false when it does not exist. */
export const markDeleting = (database: Database, sourceId: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const now = await lockRow(client, 'source', sourceId)
    const source = await prisma.source.findUnique({ where: { id: sourceId }, select: { nameKey: true, slug: true } })
    if (now === null || source === null) return false
    const free = { nameKey: `${source.nameKey} ${sourceId}`, slug: sourceId, credentialId: null }
    const still = { status: 'PAUSED', nextTickAt: null, restartAt: null }
    await prisma.source.update({ where: { id: sourceId }, data: { deletingAt: now, ...still, ...free, revision: { increment: 1 } } })
    // Anything still writing for the source is fenced from here on; locks are taken in the order of runs/lock-order.ts.
    await lockRow(client, 'lease', sourceId)
    await prisma.lease.updateMany({ where: { sourceId }, data: { epoch: { increment: 1 }, runId: null, holder: null, expiresAt: now } })
    const active = { sourceId, status: { not: 'ended' }, cancelRequestedAt: null }
    await prisma.run.updateMany({ where: active, data: { cancelRequestedAt: now } })
    await client.query(`INSERT INTO record_changes (gone_source_id, docs, records) VALUES ($1, '{}', 1)`, [sourceId])
    await writeAudit(client, { actor, action: 'source.delete', targetType: 'source', targetId: sourceId, targetName: source.slug })
    return true
  })

export interface DeletionOptions {
  /** The most rows that one statement removes. Default 10,000. */
  readonly chunk?: number
  /** How long to wait for rows locked by others (ms). Default 10,000. */
  readonly waitMs?: number
  /** Ends the work after the current statement. */
  readonly signal?: AbortSignal
}

/**
 * Removes everything of a source whose deletion has begun, in chunks. Any number of processes may do so at once, and each may be interrupted: the
 * source's own row, by which the deletion is found again, goes last and only when nothing else is left. Returns true when nothing is left; false when
 * something was locked for too long, the signal ended it, or no deletion has begun.
 */
export const deleteSource = async (database: Database, sourceId: string, options: DeletionOptions = {}): Promise<boolean> => {
  if ((await database.prisma.source.count({ where: { id: sourceId, deletingAt: null } })) > 0) return false
  const deadline = monotonicNow() + (options.waitMs ?? WAIT_MS)
  while (options.signal?.aborted !== true) {
    for (const owned of OWNED_ROWS) await removeRows(database, owned, { ...options, sourceId })
    if (await removeSource(database, sourceId)) return true
    if (monotonicNow() > deadline) return false
    await sleep(RETRY_MS, options.signal).catch(() => {})
  }
  return false
}

// SQL: in chunks, skipping locked rows, from any table in the list.

/** Leaves locked rows to the next pass, so that it never waits. */
const removeRows = async (database: Database, owned: OwnedRows, options: DeletionOptions & { readonly sourceId: string }): Promise<void> => {
  const { table } = owned
  const statement = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
    SELECT t.ctid FROM ${table} t WHERE ${ofSource(owned)} AND ${withoutChildren(owned)} LIMIT $2 FOR UPDATE OF t SKIP LOCKED))`
  while (options.signal?.aborted !== true) {
    const { rowCount } = await database.pool.query(statement, [options.sourceId, options.chunk ?? CHUNK])
    if ((rowCount ?? 0) === 0) return
  }
}

const REST = `SELECT ${OWNED_ROWS.map((owned) => `EXISTS (SELECT FROM ${owned.table} t WHERE ${ofSource(owned)})`).join(' OR ')} AS left`

/** Holds the source's lock, which every writer for the source takes first; returns true when the source and everything else is gone. */
const removeSource = (database: Database, sourceId: string): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const locked = await client.query('SELECT FROM sources WHERE id = $1 AND deleting_at IS NOT NULL FOR UPDATE SKIP LOCKED', [sourceId])
    const rest = await client.query<{ left: boolean }>(REST, [sourceId])
    if (rest.rows[0]?.left !== false) return false
    if (locked.rowCount !== 0) await prisma.source.deleteMany({ where: { id: sourceId } })
    return (await prisma.source.count({ where: { id: sourceId } })) === 0
  })
