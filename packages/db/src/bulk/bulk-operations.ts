import type { Failure, SourceStatus } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { enterRoom, type Room } from '../limits/holdings.js'
import { lockRow, readDatabaseTime, toJson } from '../prisma-transaction.js'

export type BulkAction = 'run' | 'start' | 'stop' | 'pause' | 'resume' | 'label'
export type BulkItemResult = 'waiting' | 'done' | 'unchanged' | 'failed' | 'skipped'

export interface LabelChange {
  readonly set: Readonly<Record<string, string>>
  readonly remove: readonly string[]
}

interface NewBulkOperation {
  readonly id: string
  readonly action: BulkAction
  /** For `label` only. */
  readonly labels: LabelChange | null
  readonly actor: Actor
  /** When the credentials the actor called with expire; null when this is looked up instead. */
  readonly actsUntil?: Date | null
  /** Without duplicates. */
  readonly sourceIds: readonly string[]
  /** How many its owner may have at a time; absent: any number. */
  readonly room?: Room | undefined
}

export interface BulkOperation {
  readonly id: string
  readonly action: BulkAction
  readonly labels: LabelChange | null
  readonly actor: Actor
  /** The name of the API key that acts; null for other actors. */
  readonly actorName: string | null
  readonly createdAt: Date
  readonly stoppedAt: Date | null
  readonly doneAt: Date | null
  /** How many sources have each result; sources deleted since then do not count. */
  readonly counts: Readonly<Partial<Record<BulkItemResult, number>>>
  /** How many of the changed sources had each status before; null: labels were changed, or all are deleted. */
  readonly statusesBefore: Readonly<Partial<Record<SourceStatus, number>>> | null
}

export interface BulkItem {
  readonly position: number
  readonly sourceId: string
  readonly slug: string
  readonly name: string
  readonly result: BulkItemResult
  /** The status before it was changed; null when it was not, or only its labels. */
  readonly statusBefore: SourceStatus | null
  readonly reason: string | null
  readonly message: string | null
  readonly runId: string | null
  readonly doneAt: Date | null
}

/** Stores an operation with all its sources waiting, and its audit row. Throws what `room` throws. */
export const createBulkOperation = (database: Database, { sourceIds, room, ...operation }: NewBulkOperation): Promise<void> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const { id, action, labels, actor, actsUntil = null } = operation
    await enterRoom(client, room)
    await prisma.bulkOperation.create({ data: { id, action, actor, actsUntil, ...(labels !== null && { labels: toJson(labels) }) } })
    await prisma.bulkItem.createMany({ data: sourceIds.map((sourceId, position) => ({ operationId: id, position, sourceId })) })
    await writeAudit(client, { actor, action: `bulk.${action}`, targetType: 'bulk', targetId: id, after: { labels, sourceIds } })
  })

// SQL: Prisma cannot count the groups of a page in one statement.
const SELECT = `SELECT o.id, o.action, o.labels, o.actor,
  (SELECT k.name FROM api_keys k WHERE k.id = substring(o.actor FROM '^key:(.+)$')) AS "actorName",
  o.created_at AS "createdAt", o.stopped_at AS "stoppedAt", o.done_at AS "doneAt",
  coalesce((SELECT json_object_agg(g.result, g.n) FROM (SELECT i.result, count(*)::int AS n FROM bulk_items i WHERE i.operation_id = o.id GROUP BY i.result) g), '{}') AS counts,
  (SELECT json_object_agg(g.status_before, g.n) FROM (SELECT i.status_before, count(*)::int AS n FROM bulk_items i
    WHERE i.operation_id = o.id AND i.result = 'done' AND i.status_before IS NOT NULL GROUP BY i.status_before) g) AS "statusesBefore"
FROM bulk_operations o`

export const findBulkOperation = async ({ pool }: Database, id: string): Promise<BulkOperation | null> =>
  (await pool.query<BulkOperation>(`${SELECT} WHERE o.id = $1`, [id])).rows[0] ?? null

/** Lists operations, newest first. */
export const listBulkOperations = async (
  { pool }: Database,
  request: { readonly after: { readonly createdAt: string; readonly id: string } | null; readonly limit: number },
): Promise<readonly BulkOperation[]> => {
  const { after, limit } = request
  const { rows } = await pool.query<BulkOperation>(
    `${SELECT} WHERE $1::timestamptz IS NULL OR (o.created_at, o.id) < ($1, $2::uuid) ORDER BY o.created_at DESC, o.id DESC LIMIT $3`,
    [after?.createdAt ?? null, after?.id ?? null, limit],
  )
  return rows
}

/** Lists the result of each source, in the order the sources were given; sources deleted since then are left out. */
export const listBulkItems = async (
  { pool }: Database,
  request: { readonly id: string; readonly result: BulkItemResult | undefined; readonly afterPosition: number; readonly limit: number },
): Promise<readonly BulkItem[]> => {
  const { rows } = await pool.query<BulkItem>(
    `SELECT i.position, i.source_id AS "sourceId", s.slug, s.name, i.result, i.status_before AS "statusBefore", i.reason, i.message, i.run_id AS "runId", i.done_at AS "doneAt"
     FROM bulk_items i JOIN sources s ON s.id = i.source_id AND s.deleting_at IS NULL
     WHERE i.operation_id = $1 AND ($2::text IS NULL OR i.result = $2) AND i.position > $3 ORDER BY i.position LIMIT $4`,
    [request.id, request.result ?? null, request.afterPosition, request.limit],
  )
  return rows
}

/**
 * Stops an operation: the sources still waiting are skipped, with the reason of `failure` if given. Returns `ended` when it was already over; null
 * when unknown.
 */
export const stopBulkOperation = (
  database: Database,
  id: string,
  { actor, failure }: { readonly actor: Actor; readonly failure?: Pick<Failure, 'reason' | 'message'> },
): Promise<'stopped' | 'ended' | null> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const now = await lockRow(client, 'bulkOperation', id)
    const operation = await prisma.bulkOperation.findUnique({ where: { id }, select: { doneAt: true, stoppedAt: true } })
    if (now === null || operation === null) return null
    if (operation.doneAt !== null || operation.stoppedAt !== null) return 'ended'
    await prisma.bulkOperation.update({ where: { id }, data: { stoppedAt: now }, select: { id: true } })
    const skipped = { result: 'skipped', reason: failure?.reason ?? null, message: failure?.message ?? null, doneAt: now }
    await prisma.bulkItem.updateMany({ where: { operationId: id, result: 'waiting' }, data: skipped })
    await writeAudit(client, { actor, action: 'bulk.stop', targetType: 'bulk', targetId: id })
    return 'stopped'
  })

/** An operation claimed by this process, until the claim expires. */
export type HeldBulkOperation = Pick<BulkOperation, 'id' | 'action' | 'labels' | 'actor'>

interface Hold {
  /** Identifies this process. */
  readonly holder: string
  readonly holdMs: number
}

// SQL: a claim skips rows that others hold.

/** Claims the oldest operation that is not over and that no other process works on; null when there is none. */
export const claimBulkOperation = async ({ pool }: Database, { holder, holdMs }: Hold): Promise<HeldBulkOperation | null> => {
  const { rows } = await pool.query<HeldBulkOperation>(
    `UPDATE bulk_operations SET holder = $1, held_until = clock_timestamp() + $2 * interval '1 millisecond' WHERE id = (
       SELECT id FROM bulk_operations WHERE done_at IS NULL AND (held_until IS NULL OR held_until < clock_timestamp())
       ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, action, labels, actor`,
    [holder, holdMs],
  )
  return rows[0] ?? null
}

/** Whether the right to act for its actor has expired, by the database's clock. */
export const isBulkOperationOver = async ({ pool, prisma }: Pick<Database, 'pool' | 'prisma'>, id: string): Promise<boolean> =>
  (await prisma.bulkOperation.count({ where: { id, actsUntil: { lte: await readDatabaseTime(pool) } } })) === 1

/** Renews the claim; returns false when another process has taken the operation. */
export const holdBulkOperation = async ({ pool, prisma }: Database, id: string, { holder, holdMs }: Hold): Promise<boolean> => {
  const heldUntil = new Date((await readDatabaseTime(pool)).getTime() + holdMs)
  const { count } = await prisma.bulkOperation.updateMany({ where: { id, holder, doneAt: null }, data: { heldUntil } })
  return count === 1
}

/** Releases the claim, so that another process can continue at once. */
export const releaseBulkOperation = async ({ prisma }: Database, id: string, { holder }: Pick<Hold, 'holder'>): Promise<void> => {
  await prisma.bulkOperation.updateMany({ where: { id, holder, doneAt: null }, data: { holder: null, heldUntil: null } })
}

/** Ends an operation that has no waiting sources left. */
export const endBulkOperation = async ({ pool, prisma }: Database, id: string, { holder }: Pick<Hold, 'holder'>): Promise<void> => {
  const doneAt = await readDatabaseTime(pool)
  await prisma.bulkOperation.updateMany({ where: { id, holder, doneAt: null }, data: { holder: null, heldUntil: null, doneAt } })
}

/** Returns the next waiting sources. */
export const claimBulkItems = async (
  { prisma }: Database,
  request: { readonly id: string; readonly afterPosition: number; readonly limit: number },
): Promise<readonly Pick<BulkItem, 'position' | 'sourceId'>[]> =>
  await prisma.bulkItem.findMany({
    where: { operationId: request.id, result: 'waiting', position: { gt: request.afterPosition } },
    orderBy: { position: 'asc' },
    take: request.limit,
    select: { position: true, sourceId: true },
  })

/** Records the result of a source, even one that was skipped meanwhile: it was acted on nevertheless. */
export const recordBulkItem = async (
  { pool, prisma }: Database,
  operationId: string,
  { position, message, ...result }: Pick<BulkItem, 'position' | 'result' | 'statusBefore' | 'reason' | 'message' | 'runId'>,
): Promise<void> => {
  const doneAt = await readDatabaseTime(pool)
  await prisma.bulkItem.updateMany({ where: { operationId, position }, data: { ...result, message: message?.slice(0, 1_000) ?? null, doneAt } })
}
