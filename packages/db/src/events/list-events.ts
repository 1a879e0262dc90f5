import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'

export interface StoredEvent {
  /** Digits. */
  readonly id: string
  readonly sourceId: string | null
  /** Its slug. */
  readonly source: string | null
  readonly runId: string | null
  readonly type: string
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
  readonly at: Date
}

// SQL: joins with sources, to which no foreign key leads; live streams run it all the time.
const SELECT = `SELECT e.id, e.source_id AS "sourceId", s.slug AS source, e.run_id AS "runId", e.type, e.level, e.message, e.data, e.at
FROM events e LEFT JOIN sources s ON s.id = e.source_id`
const VISIBLE = '(e.source_id IS NULL OR (s.id IS NOT NULL AND s.deleting_at IS NULL))'

export interface EventListRequest {
  readonly sourceId?: string | undefined
  readonly type?: string | undefined
  readonly level?: string | undefined
  /** Oldest first after this id, or newest first before it; null for the newest of all. */
  readonly from: { readonly id: string; readonly direction: 'after' | 'before' } | null
  readonly limit: number
}

/** Lists events, except those of sources being deleted. */
export const listEvents = async (database: Database, request: EventListRequest): Promise<readonly StoredEvent[]> => {
  const { values, add } = createSqlParts()
  const { from } = request
  const ascending = from?.direction === 'after'
  const where = allOf([
    VISIBLE,
    request.sourceId === undefined ? null : `e.source_id = ${add(request.sourceId)}`,
    request.type === undefined ? null : `e.type = ${add(request.type)}`,
    request.level === undefined ? null : `e.level = ${add(request.level)}`,
    from === null ? null : `e.id ${ascending ? '>' : '<'} ${add(from.id)}::bigint`,
  ])
  const { rows } = await database.pool.query<StoredEvent>(
    `${SELECT} WHERE ${where} ORDER BY e.id ${ascending ? 'ASC' : 'DESC'} LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}

/** Returns the newest event's id, as digits; "0" when there is none. */
export const findLastEventId = async ({ prisma }: Database): Promise<string> => {
  const last = await prisma.event.findFirst({ orderBy: { id: 'desc' }, select: { id: true } })
  return String(last?.id ?? 0)
}

/**
 * Lists events after an id, and those of the missing ids that have been committed meanwhile: ids are assigned before the commit, so a lower one may
 * appear later.
 */
export const listNewEvents = async (
  database: Database,
  request: { readonly afterId: string; readonly missingIds: readonly string[]; readonly limit: number },
): Promise<readonly StoredEvent[]> => {
  const { rows } = await database.pool.query<StoredEvent>(
    `${SELECT} WHERE ${VISIBLE} AND (e.id > $1::bigint OR e.id = ANY($2::bigint[])) ORDER BY e.id LIMIT $3`,
    [request.afterId, request.missingIds, request.limit],
  )
  return rows
}
