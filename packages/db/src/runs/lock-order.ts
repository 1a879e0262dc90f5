import type pg from 'pg'

/**
 * Locks the source of a run and then its lease. Everybody who writes to several of them takes source, lease, run and
 * streams in this order, so that a tick, a batch, a take-over and the end of a run never wait for each other in a circle.
 * Nothing happens for an unknown run.
 */
export const lockSourceAndLease = async (client: pg.ClientBase, runId: string): Promise<void> => {
  await client.query('SELECT FROM sources WHERE id = (SELECT source_id FROM runs WHERE id = $1) FOR NO KEY UPDATE', [runId])
  await client.query('SELECT FROM leases WHERE source_id = (SELECT source_id FROM runs WHERE id = $1) FOR NO KEY UPDATE', [runId])
}
