import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { STORED_SEQ } from './find-hook.js'

/** An event as operators see it. */
export interface InboxRow {
  readonly id: string
  readonly eventId: string
  readonly eventType: string | null
  readonly state: 'waiting' | 'stored'
  readonly size: number
  readonly receivedAt: Date
}

export interface InboxListRequest {
  readonly sourceId: string
  readonly state?: InboxRow['state'] | undefined
  readonly type?: string | undefined
  readonly eventId?: string | undefined
  readonly from?: Date | undefined
  /** Exclusive. */
  readonly to?: Date | undefined
  /** Exclusive position of the previous page: newest first. */
  readonly before: { readonly receivedAt: string; readonly id: string } | null
  readonly limit: number
}

// SQL: the state follows from the cursors of the streams, the size from the body, which is not read.
const STATE = `CASE WHEN e.seq > ${STORED_SEQ} THEN 'waiting' ELSE 'stored' END`
const COLUMNS = `e.id, e.event_id AS "eventId", e.event_type AS "eventType", ${STATE} AS state, octet_length(e.body) AS size, e.received_at AS "receivedAt"`

/** Lists what was pushed to a source, newest first. */
export const listInbox = async (database: Database, request: InboxListRequest): Promise<readonly InboxRow[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    `e.source_id = ${add(request.sourceId)}`,
    request.type === undefined ? null : `e.event_type = ${add(request.type)}`,
    request.eventId === undefined ? null : `e.event_id = ${add(request.eventId)}`,
    request.state === undefined ? null : `${STATE} = ${add(request.state)}`,
    request.from === undefined ? null : `e.received_at >= ${add(request.from)}`,
    request.to === undefined ? null : `e.received_at < ${add(request.to)}`,
    request.before === null ? null : `(e.received_at, e.id) < (${add(request.before.receivedAt)}::timestamptz, ${add(request.before.id)}::bigint)`,
  ])
  const { rows } = await database.pool.query<InboxRow>(
    `SELECT ${COLUMNS} FROM inbox e JOIN sources s ON s.id = e.source_id WHERE ${where} ORDER BY e.received_at DESC, e.id DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}

export interface InboxEventDetails extends InboxRow {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Returns one event with its body; null when it is not, or no longer, in the inbox of the source. */
export const findInboxEvent = async (database: Database, sourceId: string, id: string): Promise<InboxEventDetails | null> => {
  const { rows } = await database.pool.query<InboxEventDetails>(
    `SELECT ${COLUMNS}, e.headers, e.body FROM inbox e JOIN sources s ON s.id = e.source_id WHERE e.source_id = $1 AND e.id = $2`,
    [sourceId, id],
  )
  return rows[0] ?? null
}
