import type { Database } from '../database.js'
import { OWNED_ROWS, type OwnedRows } from '../sources/owned-rows.js'

/** Tables with an index that leads with the source: each id is found by a single probe, however many rows it has. */
const PROBED: readonly string[] = [
  'records',
  'ledger',
  'ticks',
  'events',
  'history_days',
  'runs',
  'quarantine',
  'inbox',
  'cursor_history',
  'sweep_seen',
  'run_logs',
]

/**
 * Removes rows whose source is gone: a writer without a lock added them while it was being deleted. Works in chunks and is safe to interrupt. Returns
 * the number of rows removed per table.
 */
export const removeOrphans = async (
  database: Pick<Database, 'pool'>,
  options: { readonly chunk?: number; readonly onChunk?: () => Promise<boolean> } = {},
): Promise<Readonly<Record<string, number>>> => {
  const removed: Record<string, number> = {}
  for (const owned of PARENTS_FIRST) {
    for (;;) {
      const { rowCount } = await database.pool.query(statementFor(owned), [options.chunk ?? CHUNK])
      if ((rowCount ?? 0) === 0) break
      removed[owned.table] = (removed[owned.table] ?? 0) + (rowCount ?? 0)
      if ((await options.onChunk?.()) === false) return removed
    }
  }
  return removed
}

const CHUNK = 5_000
/** So that rows orphaned by the removal of a parent are removed in the same pass. */
const PARENTS_FIRST = [...OWNED_ROWS].sort((a, b) => Number(a.parent !== undefined) - Number(b.parent !== undefined))

const statementFor = (owned: OwnedRows): string => {
  const { table, column } = owned
  const parent = owned.parent ?? 'sources'
  const lost = `NOT EXISTS (SELECT FROM ${parent} p WHERE p.id = t.${column})`
  const rows = PROBED.includes(table)
    ? `SELECT t.ctid FROM ${table} t WHERE t.${column} = ANY(ARRAY(SELECT t.id FROM (${distinctIds(owned)}) AS t(id) WHERE NOT EXISTS (SELECT FROM ${parent} p WHERE p.id = t.id)))`
    : `SELECT t.ctid FROM ${table} t WHERE t.${column} IS NOT NULL AND ${lost}`
  return `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(${rows} LIMIT $1 FOR UPDATE OF t SKIP LOCKED))`
}

/** SQL that lists every value of the column by skipping from one to the next in its index. */
export const distinctIds = ({ table, column }: Pick<OwnedRows, 'table' | 'column'>): string => `
  WITH RECURSIVE ids(id) AS (
    (SELECT ${column} FROM ${table} WHERE ${column} IS NOT NULL ORDER BY ${column} LIMIT 1)
    UNION ALL
    SELECT (SELECT o.${column} FROM ${table} o WHERE o.${column} > ids.id ORDER BY o.${column} LIMIT 1) FROM ids WHERE ids.id IS NOT NULL)
  SELECT id FROM ids WHERE id IS NOT NULL`
