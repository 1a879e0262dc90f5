import type pg from 'pg'

/**
 * Locks the source of a run, the run and its lease. Everybody but the scribe begins with the source, so that a tick, a take-over and the
 * end of a run never wait for each other in a circle. The scribe holds the lease (KEY SHARE), then run and streams: whoever waits for the
 * run must not hold the lease meanwhile, or its worker could not renew it during a long sweep; whoever needs the lease FOR UPDATE takes
 * it before the run. Nothing happens for an unknown run.
 */
export const lockSourceAndLease = async (client: pg.ClientBase, runId: string): Promise<void> => {
  await client.query('SELECT FROM sources WHERE id = (SELECT source_id FROM runs WHERE id = $1) FOR NO KEY UPDATE', [runId])
  await client.query('SELECT FROM runs WHERE id = $1 FOR UPDATE', [runId])
  await client.query('SELECT FROM leases WHERE source_id = (SELECT source_id FROM runs WHERE id = $1) FOR NO KEY UPDATE', [runId])
}
