import { isRechecked } from '@inlet/domain'
import type pg from 'pg'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import { createRun } from '../runs/create-run.js'
import { postpone } from './claim-rechecks.js'

export interface RecheckResult {
  readonly sourceId: string
  /** The version that was checked. The result says nothing about another version, or about a source that somebody has acted on since. */
  readonly versionId: string
  /** Null: the check passed. */
  readonly failure: { readonly reason: string; readonly message: string } | null
}

/**
 * Records the result of checking a source in ERROR. If it passed, a run is created and its id returned: the source leaves ERROR only when that run
 * succeeds, since a check may not see what failed. Returns null when no run begins.
 */
export const recordRecheck = (database: Database, { sourceId, versionId, failure }: RecheckResult): Promise<string | null> =>
  database.transaction(async (client) => {
    if (!(await isStillStopped(client, sourceId, versionId))) return null
    // SQL: counts by the clock of the database, on the connection that creates the run.
    const { rows } = await client.query<{ failures: number }>(
      `UPDATE rechecks SET checked_at = clock_timestamp(), reason = $2, message = $3, failures = failures + CASE WHEN $2::text IS NULL THEN 0 ELSE 1 END
       WHERE source_id = $1 RETURNING failures`,
      [sourceId, failure?.reason ?? null, failure?.message.slice(0, 2_000) ?? null],
    )
    await postpone(client, sourceId, (rows[0]?.failures ?? 0) + (failure === null ? 1 : 0))
    const run = failure === null ? await createRun(client, { sourceId, trigger: 'restart' }) : null
    await writeEvent(client, {
      sourceId,
      runId: run?.id ?? null,
      type: 'source.rechecked',
      level: failure === null ? 'info' : 'warn',
      message: failure === null ? 'checked again: it works; it is read again' : `checked again: ${failure.reason}: ${failure.message.slice(0, 500)}`,
      data: { reason: failure?.reason ?? null },
    })
    return run?.created ? run.id : null
  })

const isStillStopped = async (client: pg.ClientBase, sourceId: string, versionId: string): Promise<boolean> => {
  const { rows } = await client.query<{ status_reason: string | null }>(
    `SELECT status_reason FROM sources WHERE id = $1 AND version_id = $2 AND status = 'ERROR' AND deleting_at IS NULL FOR NO KEY UPDATE`,
    [sourceId, versionId],
  )
  return isRechecked(rows[0]?.status_reason ?? null)
}
