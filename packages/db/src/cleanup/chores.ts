import type { Database } from '../database.js'

/** Background work that one process at a time does. */
export interface ChoreClaim {
  readonly name: string
  /** Identifies the process. */
  readonly holder: string
  /** How long the claim lasts unless renewed, so how long a process that died blocks the chore (ms). */
  readonly holdMs: number
  /** The chore is not due again until this long after it was last finished (ms). */
  readonly everyMs: number
}

/** Claims a chore that is due and that no other process holds, or renews the claim. Uses the database's clock. */
export const claimChore = async ({ pool }: Pick<Database, 'pool'>, claim: ChoreClaim): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `INSERT INTO chores (name, holder, held_until) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
     ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, held_until = EXCLUDED.held_until
     WHERE (chores.held_until IS NULL OR chores.held_until < clock_timestamp() OR chores.holder = EXCLUDED.holder)
       AND (chores.finished_at IS NULL OR chores.finished_at < clock_timestamp() - $4 * interval '1 millisecond')`,
    [claim.name, claim.holder, claim.holdMs, claim.everyMs],
  )
  return rowCount === 1
}

/** Releases a chore. `finished`: it is complete, and no process starts it again before `pauseMs`. */
export const releaseChore = async (
  { pool }: Pick<Database, 'pool'>,
  chore: { readonly name: string; readonly holder: string; readonly finished: boolean; readonly pauseMs?: number },
): Promise<void> => {
  await pool.query(
    `UPDATE chores SET holder = NULL, held_until = clock_timestamp() + $4 * interval '1 millisecond',
       finished_at = CASE WHEN $3 THEN clock_timestamp() ELSE finished_at END WHERE name = $1 AND holder = $2`,
    [chore.name, chore.holder, chore.finished, chore.pauseMs ?? 0],
  )
}
