import type { RecordKind, SinkKind } from '@inlet/domain'
import type { ChangePosition } from '../changes/read-changes.js'
import type { Database } from '../database.js'

/** A sink that this process delivers to, until another process claims it or its settings change. */
export interface ClaimedSink {
  readonly id: string
  readonly name: string
  readonly kind: SinkKind
  /** The claim's: reports under another epoch do not count. */
  readonly epoch: string
  readonly sealed: unknown
  readonly version: number
  /** Whether messages are also signed with the previous secret. */
  readonly signsPrevious: boolean
  readonly sources: readonly string[]
  readonly stream: string | null
  readonly recordKind: RecordKind | null
  readonly batchSize: number
  readonly position: ChangePosition | null
  readonly attempts: number
}

// SQL: claims skip rows that others hold.

const CLAIM = `
UPDATE sinks SET holder = $1, held_until = clock_timestamp() + $2 * interval '1 millisecond', epoch = epoch + 1
WHERE id = ANY(ARRAY(
  SELECT id FROM sinks WHERE active AND refused IS NULL AND (next_at IS NULL OR next_at <= clock_timestamp())
    AND (held_until IS NULL OR held_until < clock_timestamp()) ORDER BY next_at NULLS FIRST LIMIT $3 FOR UPDATE SKIP LOCKED))
RETURNING id, name, kind, epoch::text, sealed, version, coalesce(previous_until > clock_timestamp(), false) AS "signsPrevious",
  sources, stream, record_kind AS "recordKind", batch_size AS "batchSize", position, attempts`

/** Claims, for `holdMs`, sinks that are due and that no process delivers to; each report renews the claim. */
export const claimSinks = async (
  { pool }: Pick<Database, 'pool'>,
  claim: { readonly holder: string; readonly holdMs: number; readonly limit: number },
): Promise<readonly ClaimedSink[]> => {
  const { rows } = await pool.query<ClaimedSink>(CLAIM, [claim.holder, claim.holdMs, claim.limit])
  return rows
}

/** Returns what is needed to send to a sink, even while nothing is delivered to it; null when there is none. */
export const findSinkToSend = async (
  { pool }: Pick<Database, 'pool'>,
  id: string,
): Promise<Pick<ClaimedSink, 'id' | 'name' | 'kind' | 'sealed' | 'version' | 'signsPrevious'> | null> => {
  const { rows } = await pool.query<ClaimedSink>(
    `SELECT id, name, kind, sealed, version, coalesce(previous_until > clock_timestamp(), false) AS "signsPrevious" FROM sinks WHERE id = $1`,
    [id],
  )
  return rows[0] ?? null
}

type Claim = Pick<ClaimedSink, 'id' | 'epoch'>

const STILL = 'WHERE id = $1 AND epoch = $2::bigint'

/** Saves the position up to which everything is delivered, and renews the claim; false when the claim is no longer valid. */
export const saveSinkPosition = async (
  { pool }: Pick<Database, 'pool'>,
  { id, epoch }: Claim,
  saved: { readonly position: ChangePosition; readonly delivered: number; readonly status: number | null; readonly holdMs: number },
): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `UPDATE sinks SET position = $3, held_until = clock_timestamp() + $4 * interval '1 millisecond', attempts = 0, next_at = NULL, last_error = NULL,
       delivered = delivered + $5, delivered_at = CASE WHEN $5 > 0 THEN clock_timestamp() ELSE delivered_at END, last_status = coalesce($6, last_status)
     ${STILL}`,
    [id, epoch, JSON.stringify(saved.position), saved.holdMs, saved.delivered, saved.status],
  )
  return rowCount === 1
}

/** Records that the receiver did not accept a message, and releases the claim: delivery is retried after `retryMs`, never when null. */
export const recordSinkFailure = async (
  { pool }: Pick<Database, 'pool'>,
  { id, epoch }: Claim,
  failure: { readonly status: number | null; readonly error: string; readonly retryMs: number | null },
): Promise<void> => {
  await pool.query(
    `UPDATE sinks SET attempts = attempts + 1, last_status = $3, last_error = left($4, 500), refused = CASE WHEN $5::float8 IS NULL THEN left($4, 500) END,
       next_at = clock_timestamp() + $5::float8 * interval '1 millisecond', holder = NULL, held_until = NULL
     ${STILL}`,
    [id, epoch, failure.status, failure.error, failure.retryMs],
  )
}

/** Releases a claim, so that another process can continue at once. */
export const releaseSink = async ({ prisma }: Pick<Database, 'prisma'>, { id, epoch }: Claim): Promise<void> => {
  await prisma.sink.updateMany({ where: { id, epoch: BigInt(epoch) }, data: { holder: null, heldUntil: null } })
}
