import type { Database } from '../database.js'
import { ensureLimit, FAILURES_TO_OPEN, knowsQuota } from './reserve-slots.js'

export interface LimitReport {
  readonly key: string
  readonly host: string
  readonly served: boolean
  /** How the host failed; null if it did not. */
  readonly failure: string | null
  /** How it refused a request because of a limit; null if it did not. */
  readonly refusal?: string | null
  readonly cooldownMs: number | null
  readonly quota: { readonly remaining: number; readonly resetMs: number } | null
}

const FIRST_REST_MS = 15_000
const LONGEST_REST_MS = 600_000
/** Two responses describe the same window if their ends differ by less than this: servers report whole seconds only. */
const SAME_WINDOW_MS = 2_000

/**
 * Stores what a response said about limits, for all workers. The smaller remainder of the same window wins, since responses may arrive out of order.
 */
export const reportResponse = async (database: Database, report: LimitReport): Promise<void> => {
  const values = [
    report.key,
    report.served,
    report.failure?.slice(0, 500) ?? null,
    report.cooldownMs,
    report.quota?.remaining ?? null,
    report.quota?.resetMs ?? null,
    FAILURES_TO_OPEN,
    FIRST_REST_MS,
    LONGEST_REST_MS,
    SAME_WINDOW_MS,
    report.refusal?.slice(0, 500) ?? null,
  ]
  // SQL: one statement by the clock of the database, which locks the row that all workers share.
  const { rowCount } = await database.pool.query(REPORT, values)
  if (rowCount === 1) return
  await ensureLimit(database, report)
  await database.pool.query(REPORT, values)
}

/** Whether anything other than a source's own settings is holding back requests to a host now. */
export const isLimited = async (database: Database, key: string): Promise<boolean> => {
  const { rows } = await database.pool.query<{ limited: boolean }>(
    `SELECT coalesce(blocked_until > clock_timestamp(), false) OR failures > 0 OR coalesce(${knowsQuota('window_resets_at', 'clock_timestamp()')}, false) AS limited
     FROM request_limits WHERE key = $1`,
    [key],
  )
  return rows[0]?.limited ?? false
}

const MS = `interval '1 millisecond'`
const RESETS_AT = `m.now_at + $6::float8 * ${MS}`
const SAME_WINDOW = `(l.window_resets_at > m.now_at AND abs(extract(epoch FROM l.window_resets_at - (${RESETS_AT})) * 1000) < $10::int)`
const FAILURES = '(l.failures + CASE WHEN $3::text IS NOT NULL THEN 1 ELSE 0 END)'

const REPORT = `
UPDATE request_limits l SET
  remaining = CASE WHEN $5::int IS NULL THEN l.remaining WHEN ${SAME_WINDOW} THEN least(l.remaining, $5::int) ELSE $5::int END,
  window_resets_at = CASE WHEN $6::float8 IS NULL THEN l.window_resets_at WHEN ${SAME_WINDOW} THEN greatest(l.window_resets_at, ${RESETS_AT}) ELSE ${RESETS_AT} END,
  failures = CASE WHEN $2::boolean THEN 0 ELSE ${FAILURES} END,
  blocked_until = CASE
    WHEN $4::float8 IS NOT NULL THEN greatest(l.blocked_until, m.now_at + $4::float8 * ${MS})
    WHEN $3::text IS NOT NULL AND ${FAILURES} >= $7::int THEN m.now_at + least($9::float8, $8::float8 * 2 ^ least(${FAILURES} - $7::int, 20)) * ${MS}
    WHEN $2::boolean AND l.blocked_reason = 'CIRCUIT_OPEN' THEN NULL
    ELSE l.blocked_until END,
  blocked_reason = CASE
    WHEN $4::float8 IS NOT NULL THEN 'RATE_LIMITED'
    WHEN $3::text IS NOT NULL AND ${FAILURES} >= $7::int THEN 'CIRCUIT_OPEN'
    ELSE l.blocked_reason END,
  last_failure = CASE
    WHEN coalesce($3::text, $11::text) IS NOT NULL THEN coalesce($3::text, $11::text)
    WHEN $2::boolean AND NOT coalesce(l.blocked_reason = 'RATE_LIMITED' AND l.blocked_until > m.now_at, false) THEN NULL
    ELSE l.last_failure END,
  updated_at = m.now_at
FROM (SELECT clock_timestamp() AS now_at) m WHERE l.key = $1`
