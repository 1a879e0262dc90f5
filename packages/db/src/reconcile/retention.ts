import type { Database } from '../database.js'
import { removeOldEvents } from '../hooks/inbox-retention.js'

/** How long things are kept, in days. Records, cursors and the audit trail are kept for ever. */
export interface Retention {
  readonly runDays: number
  readonly ledgerDays: number
  readonly tickDays: number
  readonly eventDays: number
  readonly quarantineDays: number
  readonly callDays: number
  /** Pushed events, from when they were stored. */
  readonly inboxDays: number
  /** Raw records that drafts are tried on. */
  readonly sampleDays: number
}

export const DEFAULT_RETENTION: Retention = {
  runDays: 90,
  ledgerDays: 7,
  tickDays: 30,
  eventDays: 30,
  quarantineDays: 90,
  callDays: 1,
  sampleDays: 30,
  inboxDays: 7,
}

const CHUNK = 5_000

/** Removes what is past its retention, in chunks; answers how many rows of each table went. Never touches an active run. */
export const applyRetention = async (
  database: Database,
  retention: Retention,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Readonly<Record<string, number>>> => {
  const rules: readonly (readonly [table: string, condition: string, days: number])[] = [
    ['ledger', `committed_at < now() - $1 * interval '1 day' AND run_id NOT IN (SELECT id FROM runs WHERE status <> 'ended')`, retention.ledgerDays],
    ['runs', `status = 'ended' AND finished_at < now() - $1 * interval '1 day'`, retention.runDays],
    ['ticks', `recorded_at < now() - $1 * interval '1 day'`, retention.tickDays],
    ['events', `at < now() - $1 * interval '1 day'`, retention.eventDays],
    ['quarantine', `created_at < now() - $1 * interval '1 day'`, retention.quarantineDays],
    ['incidents', `closed_at < now() - $1 * interval '1 day'`, retention.eventDays],
    ['notification_deliveries', `created_at < now() - $1 * interval '1 day' AND status <> 'pending'`, retention.eventDays],
    ['calls', `created_at < now() - $1 * interval '1 day'`, retention.callDays],
    ['raw_samples', `read_at < now() - $1 * interval '1 day'`, retention.sampleDays],
    ['browsed_items', `expires_at < now() - $1 * interval '1 day'`, 1],
    ['request_limits', `updated_at < now() - $1 * interval '1 day'`, 2],
    ['idempotency_keys', `created_at < now() - $1 * interval '1 day'`, 1],
  ]
  const removed: Record<string, number> = {}
  for (const [table, condition, days] of rules)
    removed[table] = await removeInChunks(
      database,
      `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${CHUNK}))`,
      { days, signal: options.signal },
    )
  removed['inbox'] = await removeOldEvents(database, retention.inboxDays)
  return removed
}

const removeInChunks = async (
  database: Database,
  statement: string,
  { days, signal }: { readonly days: number; readonly signal: AbortSignal | undefined },
): Promise<number> => {
  let total = 0
  while (signal?.aborted !== true) {
    const { rowCount } = await database.pool.query(statement, [days])
    total += rowCount ?? 0
    if ((rowCount ?? 0) === 0) break
  }
  return total
}
