import type pg from 'pg'

/** States of records written by one statement, see search_pending. */
export interface PendingRow {
  readonly id: string
  /** Numbers in the index. */
  readonly docs: readonly string[]
  readonly bytes: number
  readonly attempts: number
  /** Whether it was given up before: this is another try, after a pause. */
  readonly givenUp: boolean
}

/** A row attempted this often without success is divided or, if it is a single state, given up. */
export const MAX_ATTEMPTS = 3
const MAX_ROWS = 500

/** A given-up state is tried again after five minutes, then ever more rarely, up to once a day. */
const nextTry = (attempts: string): string =>
  `clock_timestamp() + least(interval '1 day', interval '5 minutes' * 2 ^ least(10, greatest(0, ${attempts} - ${MAX_ATTEMPTS} - 1)))`

/** Whether a row is to be indexed now. */
export const DUE = `(problem IS NULL OR coalesce(retry_at, '-infinity') <= clock_timestamp())`

// The first is always taken, whatever its size. What failed before comes last and alone, so that it blocks nothing else.
const TAKE = `
WITH next AS (
  SELECT id, docs, bytes, sum(bytes) OVER (ORDER BY id) - bytes AS before
  FROM (SELECT id, docs, bytes FROM search_pending WHERE attempts = 0 ORDER BY id LIMIT ${MAX_ROWS}) p
), alone AS (
  SELECT id FROM search_pending WHERE attempts > 0 AND ${DUE} AND NOT EXISTS (SELECT FROM next) ORDER BY problem IS NOT NULL, attempts, id LIMIT 1
)
UPDATE search_pending p SET attempts = p.attempts + 1, retry_at = CASE WHEN problem IS NOT NULL THEN ${nextTry('(attempts + 1)')} END
WHERE p.id IN (SELECT id FROM next WHERE before < $1 UNION ALL SELECT id FROM alone)
RETURNING p.id::text, p.docs::text[], p.bytes, p.attempts, p.problem IS NOT NULL AS "givenUp"`

/**
 * Claims the states to index next, up to about this many bytes; none when nothing is waiting. Committed before the work begins, so that a state that
 * ends the process is recognized by its attempts, and one that does so again waits for longer.
 */
export const claimPortion = async (client: pg.ClientBase, maxBytes: number): Promise<readonly PendingRow[]> => {
  const { rows } = await client.query<PendingRow>({ name: 'inlet-claim-portion', text: TAKE, values: [maxBytes] })
  return [...rows].sort((a, b) => Number(a.id) - Number(b.id))
}

const RETURN = `UPDATE search_pending SET attempts = greatest(0, attempts - 1), retry_at = CASE WHEN problem IS NOT NULL THEN clock_timestamp() END
  WHERE id = ANY($1::bigint[])`

/** Puts rows back by their ids without counting the attempt, if the failure was not theirs. */
export const releasePortion = async (client: pg.ClientBase, ids: readonly string[]): Promise<void> => {
  if (ids.length > 0) await client.query(RETURN, [ids])
}

const HALVES = `
WITH gone AS (DELETE FROM search_pending WHERE id = $1 RETURNING docs, records, bytes, created_at)
INSERT INTO search_pending (docs, records, bytes, attempts, created_at)
SELECT h.docs, cardinality(h.docs), bytes / 2, 1, created_at
FROM gone, unnest(ARRAY[1, records / 2 + 1], ARRAY[records / 2, records]) AS part(low, high), LATERAL (SELECT docs[low:high] AS docs) h`

const GIVE_UP = `UPDATE search_pending SET problem = left($2, 2000), retry_at = ${nextTry('attempts')} WHERE id = $1`

/** Divides a row that cannot be indexed until the state at fault is alone; that one is given up for a while. */
export const isolate = async (client: pg.ClientBase, { id, docs }: PendingRow, problem: string): Promise<void> => {
  if (docs.length > 1) await client.query(HALVES, [id])
  else await client.query(GIVE_UP, [id, problem.replaceAll('\u0000', '')])
}

/** Retries at once what was given up, since a new version may be able to index it. Returns how many rows. */
export const retryGivenUp = async (client: Pick<pg.ClientBase, 'query'>): Promise<number> => {
  const { rowCount } = await client.query('UPDATE search_pending SET attempts = 1, problem = NULL, retry_at = NULL WHERE problem IS NOT NULL')
  return rowCount ?? 0
}
