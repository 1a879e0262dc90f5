import { randomUUID } from 'node:crypto'
import type { TargetKind } from '@inlet/domain'
import type { Database } from '../database.js'
import { readDatabaseTime } from '../prisma-transaction.js'
import { olderThan } from '../sql-parts.js'
import { isMissingReference } from '../sql-state.js'
import type { MailSettings } from './targets.js'

/** A message that is due, with everything needed to send it. */
export interface DueDelivery {
  readonly id: string
  readonly body: string
  readonly kind: TargetKind
  readonly mail: MailSettings | null
  /** Including this one. */
  readonly attempts: number
  /** Complete only for targets whose URL is not sealed yet; otherwise masked. */
  readonly url: string
  readonly sealed: unknown
  readonly place: { readonly ownerId: string; readonly version: number }
  /** Whether the previous secret signs too. */
  readonly signsPrevious: boolean
}

/** Other processes take over a claimed message after this long if the claimant dies. */
const CLAIM_SECONDS = 60

/** Claims due messages for this process alone; each must be recorded as delivered or failed. */
export const claimDeliveries = async (database: Pick<Database, 'pool'>, limit: number): Promise<readonly DueDelivery[]> => {
  // SQL: several processes claim at once, each what no other holds, by the database's clock.
  const { rows } = await database.pool.query<DueDelivery>(
    `WITH due AS (
       SELECT d.id FROM notification_deliveries d JOIN notification_targets t ON t.id = d.target_id
       WHERE d.status = 'pending' AND d.next_at <= clock_timestamp() AND t.active ORDER BY d.next_at LIMIT $1 FOR UPDATE OF d SKIP LOCKED)
     UPDATE notification_deliveries d SET attempts = d.attempts + 1, next_at = clock_timestamp() + interval '${CLAIM_SECONDS} seconds'
     FROM due, notification_targets t WHERE d.id = due.id AND t.id = d.target_id
     RETURNING d.id, d.body, t.kind, t.mail, d.attempts, t.url, t.sealed, json_build_object('ownerId', t.id, 'version', t.version) AS place,
       coalesce(t.previous_until > clock_timestamp(), false) AS "signsPrevious"`,
    [limit],
  )
  return rows
}

/** The result of an attempt; `retryMs` null gives the message up. */
export type DeliveryResult =
  | { readonly delivered: true; readonly status: number }
  | { readonly delivered: false; readonly status: number | null; readonly error: string; readonly retryMs: number | null }

export const recordDelivery = async ({ pool, prisma }: Pick<Database, 'pool' | 'prisma'>, id: string, result: DeliveryResult): Promise<void> => {
  const now = await readDatabaseTime(pool)
  await prisma.notificationDelivery.updateMany({ where: { id, status: 'pending' }, data: { lastStatus: result.status, ...outcomeOf(result, now) } })
}

const outcomeOf = (result: DeliveryResult, now: Date) => {
  if (result.delivered) return { status: 'delivered', doneAt: now, lastError: null }
  const lastError = result.error.slice(0, 500)
  return result.retryMs === null
    ? { status: 'dead', doneAt: now, lastError }
    : { nextAt: new Date(now.getTime() + Math.ceil(result.retryMs)), lastError }
}

/** `held`: held back by quiet hours or for a group; `grouped`: merged with others into another message. */
export const DELIVERY_STATUSES = ['pending', 'held', 'grouped', 'delivered', 'dead'] as const

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

/** Lists the messages to a target, newest first. */
export const listDeliveries = async (
  { prisma }: Pick<Database, 'prisma'>,
  request: {
    readonly targetId: string
    readonly status?: string | undefined
    readonly before: { readonly at: Date; readonly id: string } | null
    readonly limit: number
  },
): Promise<readonly DeliveryRow[]> => {
  const { targetId, status, before, limit } = request
  const rows = await prisma.notificationDelivery.findMany({
    where: { targetId, ...(status !== undefined && { status }), ...(before !== null && olderThan('createdAt', before)) },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit,
    omit: UNSHOWN,
  })
  return rows.map(toDelivery)
}

/** Adds a test message for a target to the outbox; null when there is no such target, or no longer. */
export const addTestDelivery = async (
  { prisma }: Pick<Database, 'prisma'>,
  targetId: string,
  write: (messageId: string) => string,
): Promise<DeliveryRow | null> => {
  const id = randomUUID()
  try {
    return toDelivery(
      await prisma.notificationDelivery.create({ data: { id, targetId, event: 'test', body: write(toMessageId(id)) }, omit: UNSHOWN }),
    )
  } catch (error) {
    if (isMissingReference(error)) return null
    throw error
  }
}

const UNSHOWN = { targetId: true, body: true } as const

// Safe: only statuses of the list are ever written.
const toDelivery = (row: Omit<DeliveryRow, 'status'> & { readonly status: string }): DeliveryRow => row as DeliveryRow

/** The id a receiver sees, the same on every attempt. */
export const toMessageId = (deliveryId: string): string => `msg_${deliveryId}`
