import type pg from 'pg'

/** Opens again what a run that failed was to retry and did not resolve: the caller sees the run and may ask again. */
export const reopenUntried = async (client: pg.ClientBase, sourceId: string, runId: string): Promise<void> => {
  await client.query(
    `UPDATE quarantine SET state = 'open', state_at = clock_timestamp(), state_by = 'run:' || $2, retry_run_id = $2::uuid WHERE source_id = $1 AND state = 'retrying'`,
    [sourceId, runId],
  )
}
