import type { Mapping, QuerySettings, TableSettings } from '../settings/stream-settings.js'

/** The settings of a stream, whether it is a table, a query, or discovered. */
export interface StreamSettings {
  readonly stream: string
  /** Stored columns; null: all. */
  readonly columns: readonly string[] | null
  /** Null: the key of the table. */
  readonly keyColumns: readonly string[] | null
  /** `undefined`: the first candidate of the source that the table has. */
  readonly cursorColumn: string | null | undefined
  /** For queries: the statement and its place in the settings. */
  readonly query: { readonly sql: string; readonly field: string } | null
  readonly mapping: Mapping
}

export const settingsOf = (
  config: { readonly tables: readonly TableSettings[]; readonly queries: readonly QuerySettings[] },
  stream: string,
): StreamSettings => {
  const place = config.queries.findIndex((query) => query.name === stream)
  const query = config.queries[place]
  if (query !== undefined) {
    return {
      stream,
      columns: null,
      keyColumns: query.keyFields,
      cursorColumn: query.cursorField ?? null,
      query: { sql: query.sql, field: `config.queries.${place}.sql` },
      mapping: query,
    }
  }
  const table = config.tables.find((table) => table.name === stream)
  return {
    stream,
    columns: table?.columns ?? null,
    keyColumns: table?.keyColumns ?? null,
    cursorColumn: table?.cursorColumn,
    query: null,
    mapping: table ?? { kind: 'row' },
  }
}
