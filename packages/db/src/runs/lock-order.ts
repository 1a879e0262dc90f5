import type pg from 'pg'

/**
 * Locks the source of a run, the run and its lease. Everything but the scribe begins with the source, so that a tick, a takeover and the end of a run
 * cannot deadlock. The scribe locks the lease (KEY SHARE), then run and streams: a transaction that waits for the run must not hold the lease
 * meanwhile, or its worker could not renew it during a long sweep; one that needs the lease FOR UPDATE takes it before the run. Does nothing for an
 * unknown run.
 */
export const lockSourceAndLease = async (client: pg.ClientBase, runId: string): Promise<void> => {
  await client.query({ name: 'inlet-lock-run', text: LOCK, values: [runId] })
}

// Counting what was locked before makes each lock wait for the previous one: the parts of a statement have no order by themselves. Anything else must
// be read by a later statement, which sees the changes that the locks waited for.
const LOCK = `
WITH source AS MATERIALIZED (SELECT id FROM sources WHERE id = (SELECT source_id FROM runs WHERE id = $1) FOR NO KEY UPDATE),
run AS MATERIALIZED (SELECT source_id FROM runs WHERE id = $1 AND (SELECT count(*) FROM source) >= 0 FOR UPDATE),
lease AS MATERIALIZED (SELECT source_id FROM leases WHERE source_id = (SELECT source_id FROM run) FOR NO KEY UPDATE)
SELECT count(*) FROM lease`
