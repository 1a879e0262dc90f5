import type pg from 'pg'

/** States of records that one statement wrote, see search_pending. */
export interface PendingRow {
  readonly id: string
  /** Numbers in the index. */
  readonly docs: readonly string[]
  readonly bytes: number
  readonly attempts: number
}

/** One that was begun so often without end is divided, or given up when it is a single state. */
export const MAX_ATTEMPTS = 3
const MAX_ROWS = 500

// The first is always taken, whatever its size. What failed before comes last and alone, so that it stops nothing else.
const TAKE = `
WITH next AS (
  SELECT id, docs, bytes, sum(bytes) OVER (ORDER BY id) - bytes AS before
  FROM (SELECT id, docs, bytes FROM search_pending WHERE attempts = 0 ORDER BY id LIMIT ${MAX_ROWS}) p
), alone AS (
  SELECT id FROM search_pending WHERE attempts > 0 AND problem IS NULL AND NOT EXISTS (SELECT FROM next) ORDER BY attempts, id LIMIT 1
)
UPDATE search_pending p SET attempts = p.attempts + 1
WHERE p.id IN (SELECT id FROM next WHERE before < $1 UNION ALL SELECT id FROM alone)
RETURNING p.id::text, p.docs::text[], p.bytes, p.attempts`

/**
 * The states to index next, about so many bytes of them; none when nothing waits. Committed before the work begins, so that also one that
 * ends the process is known by its attempts.
 */
export const takePortion = async (client: pg.ClientBase, maxBytes: number): Promise<readonly PendingRow[]> => {
  const { rows } = await client.query<PendingRow>({ name: 'inlet-take-portion', text: TAKE, values: [maxBytes] })
  return [...rows].sort((a, b) => Number(a.id) - Number(b.id))
}

const RETURN = 'UPDATE search_pending SET attempts = greatest(0, attempts - 1) WHERE id = ANY($1::bigint[])'

/** Puts back what could not be indexed for no fault of its own, by the ids of its rows. */
export const returnPortion = async (client: pg.ClientBase, ids: readonly string[]): Promise<void> => {
  if (ids.length > 0) await client.query(RETURN, [ids])
}

const HALVES = `
WITH gone AS (DELETE FROM search_pending WHERE id = $1 RETURNING docs, records, bytes, created_at)
INSERT INTO search_pending (docs, records, bytes, attempts, created_at)
SELECT h.docs, cardinality(h.docs), bytes / 2, 1, created_at
FROM gone, unnest(ARRAY[1, records / 2 + 1], ARRAY[records / 2, records]) AS part(low, high), LATERAL (SELECT docs[low:high] AS docs) h`

const GIVE_UP = 'UPDATE search_pending SET problem = left($2, 2000) WHERE id = $1'

/** Divides what cannot be indexed, until the state whose fault it is stands alone; that one is given up. */
export const isolate = async (client: pg.ClientBase, { id, docs }: PendingRow, problem: string): Promise<void> => {
  if (docs.length > 1) await client.query(HALVES, [id])
  else await client.query(GIVE_UP, [id, problem.replaceAll('\u0000', '')])
}

/** Tries again what was given up; a new version may get on with it. Answers how many records that are. */
export const retryGivenUp = async (client: Pick<pg.ClientBase, 'query'>): Promise<number> => {
  const { rowCount } = await client.query('UPDATE search_pending SET attempts = 1, problem = NULL WHERE problem IS NOT NULL')
  return rowCount ?? 0
}
