import type pg from 'pg'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { endAttempt } from './attempts.js'
import { endRun } from './end-run.js'
import { lockSourceAndLease } from './lock-order.js'

interface Release {
  readonly runId: string
  readonly sourceId: string
  readonly epoch: number
}

/** Gives a run back without counting it as failed, e.g. when the worker drains: it continues elsewhere from the committed cursor. */
export const releaseRun = (database: Database, release: Release): Promise<void> =>
  giveUpLease(database, release, `status = 'queued', enqueued_at = NULL, ${endAttempt('released')}`, [])

const PARKED = endAttempt('parked', `, 'wakeAt', $3::timestamptz, 'reason', $4::text, 'message', $5::text`)

/** Parks a run that must wait: it occupies no worker until `wakeAt`. */
export const parkRun = (
  database: Database,
  release: Release & { readonly wakeAt: Date; readonly reason: string; readonly message?: string },
): Promise<void> =>
  giveUpLease(database, release, `status = 'parked', wake_at = $3, parked_reason = $4, parked_message = $5, enqueued_at = NULL, ${PARKED}`, [
    release.wakeAt,
    release.reason,
    release.message?.slice(0, 2_000) ?? null,
  ])

const giveUpLease = (database: Database, release: Release, set: string, values: readonly unknown[]): Promise<void> =>
  database.transaction(async (client) => {
    await lockSourceAndLease(client, release.runId)
    // Without a run, the lease fences batches that are still in the queue; the next holder reads them again.
    const { rowCount } = await client.query(`UPDATE runs SET ${set}, holder = NULL WHERE id = $1 AND epoch = $2 AND status = 'running'`, [
      release.runId,
      release.epoch,
      ...values,
    ])
    if (rowCount === 0) return
    await client.query('UPDATE leases SET run_id = NULL, holder = NULL, expires_at = clock_timestamp() WHERE source_id = $1 AND epoch = $2', [
      release.sourceId,
      release.epoch,
    ])
  })

export type Cancellation = 'ended' | 'requested' | 'inactive'

/**
 * Requests that an active run stop. Returns `ended` if no worker held it, since it then ends at once; `requested` if its worker will stop by its next
 * heartbeat; `inactive` when it had already ended; null when unknown.
 */
export const cancelRun = (database: Database, runId: string, actor: Actor): Promise<Cancellation | null> =>
  database.transaction(async (client) => {
    const result = await requestCancel(client, runId)
    if (result === 'ended' || result === 'requested')
      await writeAudit(client, { actor, action: 'run.cancel', targetType: 'run', targetId: runId, after: { result } })
    return result
  })

/** Does the same as part of a larger transaction, which writes its own audit row. */
export const requestCancel = async (client: pg.ClientBase, runId: string): Promise<Cancellation | null> => {
  // While a worker holds the run, its lease is not locked: a scribe may hold the run's row for long, and the worker must be able to renew meanwhile.
  const live = await client.query(`${LIVE} FOR NO KEY UPDATE OF r`, [runId])
  if (live.rowCount !== 0) {
    await client.query('UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()) WHERE id = $1', [runId])
    return 'requested'
  }
  await lockSourceAndLease(client, runId)
  const { rows } = await client.query<{ status: string; live: boolean }>(
    `SELECT r.status, coalesce(l.expires_at > clock_timestamp(), false) AS live FROM runs r
     LEFT JOIN leases l ON l.source_id = r.source_id AND l.run_id = r.id WHERE r.id = $1 FOR UPDATE OF r`,
    [runId],
  )
  const run = rows[0]
  if (run === undefined) return null
  if (run.status === 'ended') return 'inactive'
  await client.query('UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()) WHERE id = $1', [runId])
  if (run.status === 'running' && run.live) return 'requested'
  await endRun(client, { runId, failure: { code: 'cancelled', reason: 'CANCELLED', message: 'cancelled on request', next: '' } })
  return 'ended'
}

const LIVE = `SELECT FROM runs r JOIN leases l ON l.source_id = r.source_id AND l.run_id = r.id AND l.expires_at > clock_timestamp() WHERE r.id = $1 AND r.status = 'running'`
