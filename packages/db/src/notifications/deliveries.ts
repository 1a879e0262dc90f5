import { randomUUID } from 'node:crypto'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { toMessageId } from './tell-incidents.js'

/** A message that is to be sent now, with what that needs. */
export interface DueDelivery {
  readonly id: string
  readonly body: string
  /** This try included. */
  readonly attempts: number
  /** Only of targets whose URL is not sealed yet; else masked. */
  readonly url: string
  readonly sealed: unknown
  readonly place: { readonly ownerId: string; readonly version: number }
  /** Whether the secret before the present one signs too. */
  readonly signsPrevious: boolean
}

/** Whoever has claimed a message and dies leaves it to others after this long. */
const CLAIM_SECONDS = 60

/** Claims messages that are due, for this process alone; each must be noted as delivered or failed. */
export const claimDeliveries = async (database: Pick<Database, 'pool'>, limit: number): Promise<readonly DueDelivery[]> => {
  const { rows } = await database.pool.query<DueDelivery>(
    `WITH due AS (
       SELECT d.id FROM notification_deliveries d JOIN notification_targets t ON t.id = d.target_id
       WHERE d.status = 'pending' AND d.next_at <= clock_timestamp() AND t.active ORDER BY d.next_at LIMIT $1 FOR UPDATE OF d SKIP LOCKED)
     UPDATE notification_deliveries d SET attempts = d.attempts + 1, next_at = clock_timestamp() + interval '${CLAIM_SECONDS} seconds'
     FROM due, notification_targets t WHERE d.id = due.id AND t.id = d.target_id
     RETURNING d.id, d.body, d.attempts, t.url, t.sealed, json_build_object('ownerId', t.id, 'version', t.version) AS place,
       coalesce(t.previous_until > clock_timestamp(), false) AS "signsPrevious"`,
    [limit],
  )
  return rows
}

/** What came of a try; `retryMs` null gives the message up. */
export type DeliveryResult =
  | { readonly delivered: true; readonly status: number }
  | { readonly delivered: false; readonly status: number | null; readonly error: string; readonly retryMs: number | null }

export const noteDelivery = async (database: Pick<Database, 'pool'>, id: string, result: DeliveryResult): Promise<void> => {
  if (result.delivered)
    await database.pool.query(
      `UPDATE notification_deliveries SET status = 'delivered', done_at = clock_timestamp(), last_status = $2, last_error = NULL WHERE id = $1 AND status = 'pending'`,
      [id, result.status],
    )
  else
    await database.pool.query(
      `UPDATE notification_deliveries SET last_status = $2, last_error = left($3, 500), status = CASE WHEN $4::float8 IS NULL THEN 'dead' ELSE status END,
         done_at = CASE WHEN $4::float8 IS NULL THEN clock_timestamp() END, next_at = clock_timestamp() + coalesce($4::float8, 0) * interval '1 millisecond'
       WHERE id = $1 AND status = 'pending'`,
      [id, result.status, result.error, result.retryMs],
    )
}

export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead'] as const

export interface DeliveryRow {
  readonly id: string
  readonly incidentId: string | null
  readonly event: string
  readonly status: (typeof DELIVERY_STATUSES)[number]
  readonly attempts: number
  readonly nextAt: Date
  readonly lastStatus: number | null
  readonly lastError: string | null
  readonly createdAt: Date
  readonly doneAt: Date | null
}

const COLUMNS = `id, incident_id AS "incidentId", event, status, attempts, next_at AS "nextAt", last_status AS "lastStatus", last_error AS "lastError", created_at AS "createdAt", done_at AS "doneAt"`

/** Messages to a target, newest first. */
export const listDeliveries = async (
  database: Pick<Database, 'pool'>,
  request: {
    readonly targetId: string
    readonly status?: string | undefined
    readonly before: { readonly at: Date; readonly id: string } | null
    readonly limit: number
  },
): Promise<readonly DeliveryRow[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    `target_id = ${add(request.targetId)}`,
    request.status === undefined ? null : `status = ${add(request.status)}`,
    request.before === null ? null : `(created_at, id) < (${add(request.before.at)}, ${add(request.before.id)}::uuid)`,
  ])
  const { rows } = await database.pool.query<DeliveryRow>(
    `SELECT ${COLUMNS} FROM notification_deliveries WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ${add(request.limit)}`,
    values,
  )
  return rows
}

/** Puts a message to try the target with into the outbox; null when there is no such target (any more). */
export const addTestDelivery = async (
  database: Pick<Database, 'pool'>,
  targetId: string,
  write: (messageId: string) => string,
): Promise<DeliveryRow | null> => {
  const id = randomUUID()
  const { rows } = await database.pool.query<DeliveryRow>(
    `INSERT INTO notification_deliveries (id, target_id, event, body)
     SELECT $1, t.id, 'test', $3 FROM notification_targets t WHERE t.id = $2 FOR KEY SHARE RETURNING ${COLUMNS}`,
    [id, targetId, write(toMessageId(id))],
  )
  return rows[0] ?? null
}
