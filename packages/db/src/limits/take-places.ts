import type { Database } from '../database.js'

export interface PlaceWish {
  readonly key: string
  readonly host: string
  /** Milliseconds between two requests; null: no even spacing asked for. */
  readonly gapMs: number | null
  /** How many requests. */
  readonly count: number
  /** A place that is further away is not taken. */
  readonly longestWaitMs: number
}

export interface Places {
  /** False: nothing may be sent for `waitMs`, and no place was taken. */
  readonly taken: boolean
  /** Until the first of the places; the next ones follow `gapMs` after each other. */
  readonly waitMs: number
  readonly blockedBy: 'RATE_LIMITED' | 'CIRCUIT_OPEN'
  /** Failures of the host in a row, and what the last one was. */
  readonly failures: number
  readonly lastFailure: string | null
  /** Whether anything but the wished spacing holds requests back now. */
  readonly limited: boolean
}

/** Failures in a row after which a host is left alone. */
export const FAILURES_TO_OPEN = 8
/** How long one request may try out whether the host is back before another may. */
const PROBE_MS = 15_000
/** When a window of a quota is over, one request finds out what the next one holds; the others wait for its answer this long. */
const ASK_MS = 1_000

/**
 * Takes places for requests to a host with one credential, against those of all workers: evenly spaced, within what the
 * other side has left, and not while it is to be left alone. One statement; the row is the lock.
 */
export const takePlaces = async (database: Database, wish: PlaceWish): Promise<Places> => {
  const values = [wish.key, wish.gapMs, wish.count, wish.longestWaitMs, FAILURES_TO_OPEN, PROBE_MS, ASK_MS]
  const taken = await database.pool.query<Places>(TAKE, values)
  if (taken.rows[0] !== undefined) return taken.rows[0]
  await ensureLimit(database, wish)
  const again = await database.pool.query<Places>(TAKE, values)
  return again.rows[0] ?? { taken: true, waitMs: 0, blockedBy: 'RATE_LIMITED', failures: 0, lastFailure: null, limited: false }
}

export const ensureLimit = async (database: Database, { key, host }: { readonly key: string; readonly host: string }): Promise<void> => {
  await database.pool.query('INSERT INTO request_limits (key, host) VALUES ($1, $2) ON CONFLICT DO NOTHING', [key, host])
}

const MS = `interval '1 millisecond'`
/** A host that told a quota is asked for each request, also some time after its last window. */
export const knowsQuota = (resetsAt: string, now: string): string => `(${resetsAt} > ${now} - interval '10 minutes')`
const untilMs = (moment: string): string => `greatest(0, extract(epoch FROM ${moment} - now_at) * 1000)::float8`

const TAKE = `
WITH held AS (SELECT *, clock_timestamp() AS now_at FROM request_limits WHERE key = $1 FOR UPDATE),
waits AS (
  SELECT *, coalesce(${untilMs('blocked_until')}, 0) AS silence_ms,
    CASE WHEN remaining < $3::int THEN coalesce(${untilMs('window_resets_at')}, 0) ELSE 0 END AS spent_ms,
    CASE WHEN $2::float8 IS NULL THEN 0 ELSE coalesce(${untilMs('next_at')}, 0) END AS spaced_ms
  FROM held),
judged AS (
  SELECT *, silence_ms = 0 AND spent_ms = 0 AND spaced_ms <= $4::float8 AS taken,
    coalesce(${knowsQuota('window_resets_at', 'now_at')} AND window_resets_at <= now_at, false) AS asks
  FROM waits)
UPDATE request_limits l SET
  next_at = CASE WHEN j.taken AND $2::float8 IS NOT NULL THEN greatest(j.next_at, j.now_at) + $3::int * $2::float8 * ${MS} ELSE j.next_at END,
  remaining = CASE WHEN j.taken AND j.asks THEN 0 WHEN j.taken AND j.window_resets_at > j.now_at THEN j.remaining - $3::int ELSE j.remaining END,
  window_resets_at = CASE WHEN j.taken AND j.asks THEN j.now_at + $7::int * ${MS} ELSE j.window_resets_at END,
  blocked_until = CASE WHEN j.taken AND j.failures >= $5::int THEN j.now_at + $6::int * ${MS} ELSE j.blocked_until END,
  updated_at = j.now_at
FROM judged j WHERE l.key = j.key
RETURNING j.taken, CASE WHEN j.taken THEN j.spaced_ms ELSE greatest(j.silence_ms, j.spent_ms, j.spaced_ms) END AS "waitMs",
  CASE WHEN j.silence_ms > 0 AND j.blocked_reason = 'CIRCUIT_OPEN' THEN 'CIRCUIT_OPEN' ELSE 'RATE_LIMITED' END AS "blockedBy",
  j.failures, j.last_failure AS "lastFailure",
  (j.silence_ms > 0 OR j.failures > 0 OR coalesce(${knowsQuota('j.window_resets_at', 'j.now_at')}, false)) AS limited`
