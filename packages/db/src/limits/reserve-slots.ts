import type { Database } from '../database.js'

export interface SlotRequest {
  readonly key: string
  readonly host: string
  /** Milliseconds between two requests; null: not evenly spaced. */
  readonly gapMs: number | null
  /** Number of requests. */
  readonly count: number
  /** A slot further away than this is not reserved. */
  readonly longestWaitMs: number
}

export interface Reservation {
  /** False: nothing may be sent for `waitMs`, and nothing is reserved. */
  readonly taken: boolean
  /** Until the first slot; the others follow every `gapMs`. */
  readonly waitMs: number
  readonly blockedBy: 'RATE_LIMITED' | 'CIRCUIT_OPEN'
  /** Consecutive failures of the host. */
  readonly failures: number
  /** The last failure or, during a cooldown that the host asked for, its refusal; null when a quota is used up. */
  readonly lastFailure: string | null
  /** Whether anything other than the requested spacing is holding back requests now. */
  readonly limited: boolean
}

/** Consecutive failures after which requests to a host are stopped for a while. */
export const FAILURES_TO_OPEN = 8
/** How long one request may probe whether the host has recovered before another may. */
const PROBE_MS = 15_000
/** When a quota window ends, one request finds out about the next; the others wait this long for its response. */
const ASK_MS = 1_000

/**
 * Reserves slots for requests to a host with one credential, shared by all workers: evenly spaced, within the remaining quota, and not during a
 * cooldown. One statement; the row is the lock.
 */
export const reserveSlots = async (database: Database, request: SlotRequest): Promise<Reservation> => {
  const values = [request.key, request.gapMs, request.count, request.longestWaitMs, FAILURES_TO_OPEN, PROBE_MS, ASK_MS]
  // SQL: one statement by the clock of the database, which locks the row that all workers share.
  const first = await database.pool.query<Reservation>(TAKE, values)
  if (first.rows[0] !== undefined) return first.rows[0]
  await ensureLimit(database, request)
  const second = await database.pool.query<Reservation>(TAKE, values)
  return second.rows[0] ?? { taken: true, waitMs: 0, blockedBy: 'RATE_LIMITED', failures: 0, lastFailure: null, limited: false }
}

export const ensureLimit = async (database: Database, { key, host }: { readonly key: string; readonly host: string }): Promise<void> => {
  await database.pool.query('INSERT INTO request_limits (key, host) VALUES ($1, $2) ON CONFLICT DO NOTHING', [key, host])
}

const MS = `interval '1 millisecond'`
/** SQL: whether a host has reported a quota recently enough that each request must be reserved, even some time after its last window. */
export const knowsQuota = (resetsAt: string, now: string): string => `(${resetsAt} > ${now} - interval '10 minutes')`
const untilMs = (moment: string): string => `greatest(0, extract(epoch FROM ${moment} - now_at) * 1000)::float8`

const TAKE = `
WITH held AS (SELECT *, clock_timestamp() AS now_at FROM request_limits WHERE key = $1 FOR UPDATE),
waits AS (
  SELECT *, coalesce(${untilMs('blocked_until')}, 0) AS cooldown_ms,
    CASE WHEN remaining < $3::int THEN coalesce(${untilMs('window_resets_at')}, 0) ELSE 0 END AS spent_ms,
    CASE WHEN $2::float8 IS NULL THEN 0 ELSE coalesce(${untilMs('next_at')}, 0) END AS spaced_ms
  FROM held),
decided AS (
  SELECT *, cooldown_ms = 0 AND spent_ms = 0 AND spaced_ms <= $4::float8 AS taken,
    coalesce(${knowsQuota('window_resets_at', 'now_at')} AND window_resets_at <= now_at, false) AS asks
  FROM waits)
UPDATE request_limits l SET
  next_at = CASE WHEN d.taken AND $2::float8 IS NOT NULL THEN greatest(d.next_at, d.now_at) + $3::int * $2::float8 * ${MS} ELSE d.next_at END,
  remaining = CASE WHEN d.taken AND d.asks THEN 0 WHEN d.taken AND d.window_resets_at > d.now_at THEN d.remaining - $3::int ELSE d.remaining END,
  window_resets_at = CASE WHEN d.taken AND d.asks THEN d.now_at + $7::int * ${MS} ELSE d.window_resets_at END,
  blocked_until = CASE WHEN d.taken AND d.failures >= $5::int THEN d.now_at + $6::int * ${MS} ELSE d.blocked_until END,
  updated_at = d.now_at
FROM decided d WHERE l.key = d.key
RETURNING d.taken, CASE WHEN d.taken THEN d.spaced_ms ELSE greatest(d.cooldown_ms, d.spent_ms, d.spaced_ms) END AS "waitMs",
  CASE WHEN d.cooldown_ms > 0 AND d.blocked_reason = 'CIRCUIT_OPEN' THEN 'CIRCUIT_OPEN' ELSE 'RATE_LIMITED' END AS "blockedBy",
  d.failures, CASE WHEN d.cooldown_ms > 0 THEN d.last_failure END AS "lastFailure",
  (d.cooldown_ms > 0 OR d.failures > 0 OR coalesce(${knowsQuota('d.window_resets_at', 'd.now_at')}, false)) AS limited`
