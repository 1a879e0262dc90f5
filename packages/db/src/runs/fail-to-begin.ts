import type { Database } from '../database.js'
import { isConnectionError, isDataError, isRetryable, isTimeout } from '../sql-state.js'
import { endRun } from './end-run.js'
import { lockSourceAndLease } from './lock-order.js'

const MAX_FAILURES = 3

/** Transient errors: the database is unavailable or busy. They say nothing about the run. */
export const isPassing = (error: unknown): boolean => isConnectionError(error) || isRetryable(error) || isTimeout(error) || isUnavailable(error)

const isUnavailable = (error: unknown): boolean =>
  ['DATABASE_UNAVAILABLE', 'DISK_FULL'].includes(String((error as { reason?: unknown } | null)?.reason))

/**
 * Counts an error that occurred while taking the lease of a run as an attempt, and ends the run at the third, or at once if the error comes from a
 * value that will be the same next time. Returns whether the run has ended.
 */
export const failToBegin = (database: Database, runId: string, error: unknown): Promise<boolean> =>
  database.transaction(async (client) => {
    await lockSourceAndLease(client, runId)
    const { rows } = await client.query<{ begin_failures: number }>(
      `UPDATE runs SET begin_failures = begin_failures + 1, attempt = attempt + 1 WHERE id = $1 AND status <> 'ended' RETURNING begin_failures`,
      [runId],
    )
    const failures = rows[0]?.begin_failures
    if (failures === undefined) return true
    const text = error instanceof Error ? error.message : String(error)
    await client.query('UPDATE runs SET error_message = $2 WHERE id = $1', [runId, text.slice(0, 2_000)])
    if (failures < MAX_FAILURES && !isDataError(error)) return false
    const message = `the run could not begin: ${text}`
    await endRun(client, { runId, failure: { code: 'internal', reason: 'INTERNAL', message, next: '' } })
    return true
  })
