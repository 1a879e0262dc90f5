import type { Database } from '../database.js'
import { DUE } from './claim-portion.js'

/** How far the search index is behind the stored records. */
export interface IndexState {
  /** Records waiting to be indexed. */
  readonly pending: number
  /** How long the oldest has waited; null when none does. */
  readonly oldestSeconds: number | null
  /** Records that could not be indexed; they are tried again ever more rarely. */
  readonly failed: number
}

const READ = `
SELECT coalesce(sum(records) FILTER (WHERE problem IS NULL), 0)::int AS pending, coalesce(sum(records) FILTER (WHERE problem IS NOT NULL), 0)::int AS failed,
  extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE problem IS NULL))::float8 AS "oldestSeconds"
FROM search_pending`

export const readIndexState = async ({ pool }: Pick<Database, 'pool'>): Promise<IndexState> => {
  const { rows } = await pool.query<IndexState>({ name: 'inlet-index-state', text: READ })
  return rows[0] ?? { pending: 0, oldestSeconds: null, failed: 0 }
}

const UP_TO = 'SELECT max(id)::text AS id FROM search_pending WHERE problem IS NULL'
const BEHIND = 'SELECT EXISTS (SELECT FROM search_pending WHERE id <= $1 AND problem IS NULL) AS behind'

/** Returns the last state now waiting to be indexed; null when there is none. See isIndexedUpTo. */
export const findLastPending = async ({ pool }: Pick<Database, 'pool'>): Promise<string | null> => {
  const { rows } = await pool.query<{ id: string | null }>(UP_TO)
  return rows[0]?.id ?? null
}

/** Whether everything that was waiting when findLastPending returned `last` is indexed. */
export const isIndexedUpTo = async ({ pool }: Pick<Database, 'pool'>, last: string): Promise<boolean> => {
  const { rows } = await pool.query<{ behind: boolean }>({ name: 'inlet-index-behind', text: BEHIND, values: [last] })
  return rows[0]?.behind === false
}

const WORK = `
SELECT EXISTS (SELECT FROM search_pending WHERE ${DUE}) OR EXISTS (SELECT FROM search_reindexings)
  OR EXISTS (SELECT FROM records WHERE doc_id IS NULL AND deleted_at IS NULL) AS waits`

/** Whether anything is to be indexed now. */
export const hasPendingIndex = async ({ pool }: Pick<Database, 'pool'>): Promise<boolean> => {
  const { rows } = await pool.query<{ waits: boolean }>({ name: 'inlet-index-waits', text: WORK })
  return rows[0]?.waits === true
}
