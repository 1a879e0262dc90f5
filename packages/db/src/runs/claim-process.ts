import { isolationMs } from '@inlet/domain'
import type pg from 'pg'

export interface ProcessRequest {
  readonly runId: string
  /** The worker that wants to run it. */
  readonly holder: string
  /** Whether the run must be alone in its process. */
  readonly isolates: boolean
  /** How long its last attempt lasted (ms). */
  readonly lifeMs: number
}

export type ProcessClaim = { readonly free: true; readonly isolatedUntil: Date | null } | { readonly free: false; readonly until: Date }

/**
 * How long a worker keeps itself free for a run that must be alone; after that, others may begin there for a while, however long the current ones
 * take.
 */
const RESERVED_MS = 120_000
const NOT_RESERVED_MS = 480_000
const AGAIN_MS = 1_500

interface Row {
  readonly now: Date
  readonly others: number
  readonly isolated: boolean
  readonly reserved: boolean
  readonly mine: boolean
  readonly reservable: boolean
}

/**
 * Decides whether a run may begin in a worker's process now: one that must be alone only in an empty process, others only if none is alone or waiting
 * to be. The worker's row is the lock, held by the caller: shared, or exclusively if the run must be alone. A worker without a row has no other runs
 * to protect.
 */
export const claimProcess = async (client: pg.ClientBase, request: ProcessRequest): Promise<ProcessClaim> => {
  const { runId, holder, isolates } = request
  const { rows } = await client.query<Row>({ name: 'inlet-claim-process', text: CLAIM, values: [holder, runId, NOT_RESERVED_MS] })
  const row = rows[0]
  if (row === undefined) return { free: true, isolatedUntil: null }
  const later: ProcessClaim = { free: false, until: new Date(row.now.getTime() + AGAIN_MS) }
  if (row.isolated || (row.reserved && !row.mine)) return later
  if (!isolates) return { free: true, isolatedUntil: null }
  if (row.others > 0) {
    if (row.reservable)
      await client.query(`UPDATE workers SET reserved_for = $2, reserved_until = clock_timestamp() + $3 * interval '1 millisecond' WHERE id = $1`, [
        holder,
        runId,
        RESERVED_MS,
      ])
    return later
  }
  await client.query('UPDATE workers SET reserved_for = NULL, reserved_until = NULL WHERE id = $1 AND reserved_for = $2', [holder, runId])
  return { free: true, isolatedUntil: new Date(row.now.getTime() + isolationMs(request.lifeMs)) }
}

/** SQL: the other live runs in the process of a worker. */
const neighbors = (holder: string, runId: string): string =>
  `SELECT r.isolated_until FROM runs r JOIN leases l ON l.source_id = r.source_id AND l.run_id = r.id
   WHERE r.holder = ${holder} AND r.status = 'running' AND r.id <> ${runId} AND l.expires_at > clock_timestamp()`

/**
 * SQL: whether a run that need not be alone may begin in the process of a worker, by the rule of {@link claimProcess}; for a statement that then
 * begins it.
 */
export const isFreeFor = (holder: string, runId: string): string =>
  `NOT EXISTS (SELECT FROM workers WHERE id = ${holder} AND (
     (reserved_until > clock_timestamp() AND reserved_for IS DISTINCT FROM ${runId})
     OR EXISTS (SELECT FROM (${neighbors(holder, runId)}) live WHERE isolated_until > clock_timestamp())))`

const CLAIM = `
WITH live AS (${neighbors('$1', '$2')})
SELECT clock_timestamp() AS now, (SELECT count(*) FROM live)::int AS others,
  EXISTS (SELECT FROM live WHERE isolated_until > clock_timestamp()) AS isolated,
  coalesce(reserved_until > clock_timestamp(), false) AS reserved, reserved_for IS NOT DISTINCT FROM $2 AS mine,
  coalesce(reserved_until < clock_timestamp() - $3 * interval '1 millisecond', true) AS reservable
FROM workers WHERE id = $1`
