/** Rows that exist because of a source: found by its id in `column`, or through a row of `parent` that `column` refers to. */
export interface OwnedRows {
  readonly table: string
  readonly column: string
  readonly parent?: 'streams' | 'runs' | 'incidents'
}

const bySource = (table: string): OwnedRows => ({ table, column: 'source_id' })

/**
 * All tables with rows of a source, in the order of removal: first what others need in order to write for it (lease, inbox head), children before
 * their parents. A test compares it with the schema.
 */
export const OWNED_ROWS: readonly OwnedRows[] = [
  bySource('inbox_heads'),
  bySource('leases'),
  bySource('search_reindexings'),
  { table: 'record_chunks', column: 'stream_id', parent: 'streams' },
  { table: 'embedding_pending', column: 'stream_id', parent: 'streams' },
  { table: 'search_codes', column: 'stream_id', parent: 'streams' },
  { table: 'search_vectors', column: 'stream_id', parent: 'streams' },
  { table: 'search_former', column: 'stream_id', parent: 'streams' },
  bySource('records'),
  { table: 'sweep_seen', column: 'run_id', parent: 'runs' },
  { table: 'run_logs', column: 'run_id', parent: 'runs' },
  { table: 'cursor_history', column: 'stream_id', parent: 'streams' },
  { table: 'notification_deliveries', column: 'incident_id', parent: 'incidents' },
  ...[
    'inbox',
    'ledger',
    'record_changes',
    'incidents',
    'quarantine',
    'ticks',
    'events',
    'history_days',
    'runs',
    'streams',
    'credentials',
    'source_versions',
    'raw_samples',
    'mapping_examples',
    'calls',
    'browsed_items',
    'rechecks',
    'bulk_items',
  ].map(bySource),
]

/** Returns the condition for rows `t` of the source $1. */
export const ofSource = ({ column, parent }: OwnedRows): string =>
  parent === undefined ? `t.${column} = $1` : `t.${column} IN (SELECT p.id FROM ${parent} p WHERE p.source_id = $1)`

/** Returns the condition for rows `t` through which no other row is found any more: a parent outlives its children. */
export const withoutChildren = ({ table }: OwnedRows): string => {
  const children = OWNED_ROWS.filter(({ parent }) => parent === table)
  return ['true', ...children.map((child) => `NOT EXISTS (SELECT FROM ${child.table} c WHERE c.${child.column} = t.id)`)].join(' AND ')
}
