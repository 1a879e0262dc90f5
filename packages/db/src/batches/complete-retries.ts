import type { BatchEffects } from '@inlet/domain'
import type pg from 'pg'

/** Closes quarantined records of which everything is stored, as the effect of a batch. One that has failed again is open already. */
export const completeRetries = async (client: pg.ClientBase, runId: string, retries: NonNullable<BatchEffects['retries']>): Promise<void> => {
  await client.query(
    `UPDATE quarantine q SET state_at = clock_timestamp(), state_by = 'run:' || $3, retry_run_id = $3::uuid,
       outcome = CASE WHEN r.left_out THEN 'left_out' ELSE coalesce(q.outcome, 'superseded') END,
       state = CASE WHEN r.left_out OR q.outcome IN ('stored', 'left_out') THEN 'retried' ELSE 'superseded' END
     FROM unnest($1::bigint[], $2::boolean[]) AS r(id, left_out) WHERE q.id = r.id AND q.state = 'retrying'`,
    [retries.map(({ id }) => id), retries.map(({ leftOut }) => leftOut === true), runId],
  )
}
