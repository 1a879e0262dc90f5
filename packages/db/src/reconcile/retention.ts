import { expireChanges } from '../changes/expire-changes.js'
import { distinctIds } from '../cleanup/orphans.js'
import type { Database } from '../database.js'
import { removeOldEvents } from '../hooks/inbox-retention.js'
import { removeAbandonedUploads } from '../uploads/receive-content.js'
import { boundCursorHistory } from './bound-cursor-history.js'
import { boundHistory } from './bound-history.js'
import { CHUNK } from './page-through.js'

/** How long and how many of each thing are kept. Records and the audit trail are kept forever. */
export interface Retention {
  /** How many runs, ticks and events of a source, and cursor moves of a stream, are kept; older ones are removed. */
  readonly latest: number
  /** All the following are in days. */
  readonly runDays: number
  readonly tickDays: number
  readonly eventDays: number
  /** Log lines of runs; they are removed with their run at the latest. */
  readonly logDays: number
  /** How long every cursor move is kept; after that, the last one of each day. */
  readonly cursorDays: number
  /** How long one cursor move per day is kept, and the daily counts of runs, ticks and events. */
  readonly dayDays: number
  /** Ledger entries of runs that have ended. */
  readonly ledgerDays: number
  readonly quarantineDays: number
  readonly callDays: number
  /** Pushed events, counted from when they were stored. */
  readonly inboxDays: number
  /** How long a change feed token can be resumed. */
  readonly changeDays: number
  /** Raw records that drafts are tried on. */
  readonly sampleDays: number
}

export const DEFAULT_RETENTION: Retention = {
  latest: 500,
  runDays: 90,
  tickDays: 30,
  eventDays: 30,
  logDays: 14,
  cursorDays: 30,
  dayDays: 400,
  ledgerDays: 1,
  quarantineDays: 90,
  callDays: 1,
  sampleDays: 30,
  inboxDays: 7,
  changeDays: 7,
}

/** Returns the retention that keeps runs, ticks, events and cursor moves for at most this many days, and at most this many of each. */
export const retentionWithin = (bounds: {
  readonly days?: number | undefined
  readonly latest?: number | undefined
  readonly changeDays?: number | undefined
}): Retention => {
  const { latest = DEFAULT_RETENTION.latest, days = DEFAULT_RETENTION.runDays } = bounds
  return {
    ...DEFAULT_RETENTION,
    latest,
    changeDays: bounds.changeDays ?? DEFAULT_RETENTION.changeDays,
    runDays: days,
    tickDays: Math.min(DEFAULT_RETENTION.tickDays, days),
    eventDays: Math.min(DEFAULT_RETENTION.eventDays, days),
    logDays: Math.min(DEFAULT_RETENTION.logDays, days),
    cursorDays: Math.min(DEFAULT_RETENTION.cursorDays, days),
    dayDays: Math.max(DEFAULT_RETENTION.dayDays, days),
  }
}

const ENDED = `NOT EXISTS (SELECT FROM runs r WHERE r.id = t.run_id AND r.status <> 'ended')`

/**
 * Removes everything past its retention, in chunks; returns the number of rows removed per table. Never touches an active run. Safe to interrupt and
 * repeat; the signal ends it after the current statement. A table that fails does not stop the others; throws at the end.
 */
export const applyRetention = async (
  database: Database,
  retention: Retention,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Readonly<Record<string, number>>> => {
  const { signal } = options
  const { latest } = retention
  const rules: readonly (readonly [table: string, condition: string, days: number])[] = [
    ['ledger', `committed_at < now() - $1 * interval '1 day' AND ${ENDED}`, retention.ledgerDays],
    ['events', `source_id IS NULL AND at < now() - $1 * interval '1 day'`, retention.eventDays],
    ['quarantine', `created_at < now() - $1 * interval '1 day'`, retention.quarantineDays],
    ['incidents', `closed_at < now() - $1 * interval '1 day'`, retention.eventDays],
    ['notification_deliveries', `created_at < now() - $1 * interval '1 day' AND status <> 'pending'`, retention.eventDays],
    ['run_logs', `at < now() - $1 * interval '1 day' AND ${ENDED}`, retention.logDays],
    ['calls', `created_at < now() - $1 * interval '1 day'`, retention.callDays],
    ['raw_samples', `read_at < now() - $1 * interval '1 day'`, retention.sampleDays],
    ['bulk_operations', `done_at < now() - $1 * interval '1 day'`, retention.eventDays],
    ['browsed_items', `expires_at < now() - $1 * interval '1 day'`, 1],
    ['request_limits', `updated_at < now() - $1 * interval '1 day'`, 2],
    ['idempotency_keys', `created_at < now() - $1 * interval '1 day'`, 1],
    ['history_days', `day < now() - $1 * interval '1 day'`, retention.dayDays],
  ]
  const removed: Record<string, number> = {}
  const errors: unknown[] = []
  const remove = async (table: string, work: () => Promise<number>): Promise<void> => {
    try {
      removed[table] = (removed[table] ?? 0) + (await work())
    } catch (error) {
      errors.push(new Error(`retention of ${table}`, { cause: error }))
    }
  }
  for (const [table, condition, days] of rules) await remove(table, () => removeInChunks(database, { table, condition, days, signal }))
  for (const [table, days] of [
    ['runs', retention.runDays],
    ['ticks', retention.tickDays],
    ['events', retention.eventDays],
  ] as const)
    await remove(table, () => boundHistory(database, table, { latest, days, signal }))
  const cursors = { latest, days: retention.cursorDays, keptDays: retention.dayDays, signal }
  await remove('cursor_history', () => boundCursorHistory(database, cursors))
  await remove('sweep_seen', () => removeByRun(database, 'sweep_seen', ENDED_RUNS, signal))
  await remove('run_logs', () => removeByRun(database, 'run_logs', GONE_RUNS, signal))
  await remove('record_changes', () => expireChanges(database, retention.changeDays, signal))
  await remove('upload_chunks', () => removeAbandonedUploads(database))
  await remove('inbox', () => removeOldEvents(database, retention.inboxDays))
  if (errors.length > 0) throw new AggregateError(errors, `retention failed for ${errors.length} tables and is tried again`)
  return removed
}

const removeInChunks = async (
  database: Database,
  rule: { readonly table: string; readonly condition: string; readonly days: number; readonly signal: AbortSignal | undefined },
): Promise<number> => {
  const statement = `DELETE FROM ${rule.table} WHERE ctid = ANY(ARRAY(SELECT t.ctid FROM ${rule.table} t WHERE ${rule.condition} LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED))`
  let total = 0
  while (rule.signal?.aborted !== true) {
    const { rowCount } = await database.pool.query(statement, [rule.days])
    total += rowCount ?? 0
    if ((rowCount ?? 0) === 0) break
  }
  return total
}

/** The end of a run clears this table; a run that ended in another way may have left rows. */
const ENDED_RUNS = `SELECT i.id FROM (${distinctIds({ table: 'sweep_seen', column: 'run_id' })}) AS i(id) JOIN runs r ON r.id = i.id AND r.status = 'ended'`
const GONE_RUNS = `SELECT i.id FROM (${distinctIds({ table: 'run_logs', column: 'run_id' })}) AS i(id) WHERE NOT EXISTS (SELECT FROM runs r WHERE r.id = i.id)`

const removeByRun = async (database: Database, table: 'sweep_seen' | 'run_logs', runs: string, signal: AbortSignal | undefined): Promise<number> => {
  let total = 0
  while (signal?.aborted !== true) {
    const { rowCount } = await database.pool.query(
      `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT t.ctid FROM ${table} t WHERE t.run_id = ANY(ARRAY(${runs})) LIMIT ${CHUNK}))`,
    )
    total += rowCount ?? 0
    if ((rowCount ?? 0) === 0) break
  }
  return total
}
