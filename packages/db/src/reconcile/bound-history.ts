import type { Database } from '../database.js'
import { CHUNK, removeByOwner } from './page-through.js'

export interface Bounds {
  /** How many of the latest are kept per source. */
  readonly latest: number
  /** Maximum age of what is kept, in days. */
  readonly days: number
  readonly signal?: AbortSignal | undefined
}

interface History {
  readonly table: 'runs' | 'ticks' | 'events'
  /** The order of a source's rows; an index provides it. */
  readonly order: readonly string[]
  /** When it happened, for age and day. */
  readonly at: string
  readonly kind: 'run' | 'tick' | 'event'
  /** What the rows of a day are counted by. */
  readonly name: string
  readonly count: string
  readonly changed: string
  readonly removable: string
}

const HISTORIES: readonly History[] = [
  {
    table: 'runs',
    order: ['created_at', 'id'],
    at: 'finished_at',
    kind: 'run',
    name: 'outcome',
    count: '1',
    changed: 'inserted + updated + deleted',
    removable: `t.status = 'ended'`,
  },
  { table: 'ticks', order: ['scheduled_for'], at: 'recorded_at', kind: 'tick', name: 'outcome', count: 'count', changed: '0', removable: 'true' },
  { table: 'events', order: ['id'], at: 'at', kind: 'event', name: 'type', count: '1', changed: '0', removable: 'true' },
]

// Removed and counted in one statement: a process that is killed has counted exactly what is gone.
const statementFor = ({ table, order, at, kind, name, count, changed, removable }: History): string => {
  const columns = (of: string): string => order.map((column) => `${of}.${column}`).join(', ')
  return `
WITH cut AS MATERIALIZED (
  SELECT s.id, c.* FROM unnest($1::uuid[]) AS s(id) LEFT JOIN LATERAL (
    SELECT ${order.map((column, n) => `o.${column} AS c${n}`).join(', ')} FROM ${table} o WHERE o.source_id = s.id ORDER BY ${order.map((column) => `o.${column} DESC`).join(', ')} OFFSET $2 LIMIT 1) c ON true
), old AS MATERIALIZED (
  SELECT t.ctid AS place FROM cut JOIN ${table} t ON t.source_id = cut.id
  WHERE ${removable} AND ((${columns('t')}) <= (${order.map((_, n) => `cut.c${n}`).join(', ')}) OR t.${at} < now() - $3 * interval '1 day')
  LIMIT ${CHUNK} FOR UPDATE OF t SKIP LOCKED
), gone AS (
  DELETE FROM ${table} t WHERE t.ctid = ANY(ARRAY(SELECT place FROM old))
  RETURNING t.source_id, (t.${at} AT TIME ZONE 'UTC')::date AS day, t.${name} AS name, ${count} AS count, ${changed} AS changed
), counted AS (
  INSERT INTO history_days AS d (source_id, day, kind, name, count, changed)
  SELECT source_id, day, '${kind}', name, sum(count), sum(changed) FROM gone WHERE day IS NOT NULL AND name IS NOT NULL GROUP BY source_id, day, name ORDER BY source_id, day, name
  ON CONFLICT (source_id, day, kind, name) DO UPDATE SET count = d.count + EXCLUDED.count, changed = d.changed + EXCLUDED.changed
)
SELECT count(*)::int AS n FROM gone`
}

/**
 * Removes runs, ticks or events beyond their bounds, keeping how many there were on each day. Never removes an active run. Returns how many were
 * removed.
 */
export const boundHistory = (database: Pick<Database, 'pool'>, table: History['table'], { latest, days, signal }: Bounds): Promise<number> => {
  const history = HISTORIES.find((each) => each.table === table)
  if (history === undefined) throw new Error(`${table} has no history`)
  return removeByOwner(database, { owners: 'sources', statement: statementFor(history), values: [latest, days], signal })
}
