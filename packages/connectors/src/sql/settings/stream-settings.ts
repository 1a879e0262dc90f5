import { z } from 'zod'

/** The longest name of a column, and of a table or `schema.table`, in characters. */
interface NameLengths {
  readonly column: number
  readonly relation: number
}

/** Builds the schemas of a source's tables and queries, by the limits of its database. */
export const streamShapes = (lengths: NameLengths, relationHint: string) => {
  const column = z.string().min(1).max(lengths.column)
  const mapping = {
    kind: z.enum(['row', 'document', 'event', 'item']).default('row').describe('What a row represents.'),
    titleColumn: column.optional().describe('Column whose value becomes the title.'),
    textColumns: z.array(column).max(50).optional().describe('Columns for full-text search, joined by line breaks.'),
    urlColumn: column.optional().describe('Column with the address at which people see the row.'),
    occurredAtColumn: column.optional().describe('Date or timestamp column with the time at which it happened.'),
    softDeleteColumn: column
      .optional()
      .describe('Marks deleted rows: true, a number other than 0, or anything that is not null, such as the time of deletion.'),
    deletes: z
      .enum(['auto', 'sweep', 'softDelete', 'none'])
      .optional()
      .describe('How deleted rows of this stream are found; overrides the setting of the source.'),
  }
  const table = {
    name: z.string().min(1).max(lengths.relation).describe(relationHint),
    columns: z.array(column).min(1).max(1600).optional().describe('Columns to store; all when absent. Key and cursor are always read.'),
    keyColumns: z.array(column).min(1).max(32).optional().describe('Columns that identify a row; default: the primary key.'),
    cursorColumn: column.nullable().optional().describe('Column that increases with every change; null: always read in full.'),
    ...mapping,
  }
  const query = {
    name: z
      .string()
      .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,99}$/, 'letters, digits, _ . - only')
      .describe('Name of the stream.'),
    sql: z.string().min(1).max(100_000).describe('One SELECT statement that only reads.'),
    keyFields: z.array(column).min(1).max(32).describe('Columns of the result that identify a row.'),
    cursorField: column.optional().describe('Column of the result that increases with every change.'),
    ...mapping,
  }
  return { table: z.strictObject(table).describe('A table or view.'), query: z.strictObject(query).describe('A SELECT statement.') }
}

type Shapes = ReturnType<typeof streamShapes>
export type TableSettings = z.output<Shapes['table']>
export type QuerySettings = z.output<Shapes['query']>
/** What tables and queries alike say about a row. */
export type Mapping = Pick<TableSettings, 'kind' | 'titleColumn' | 'textColumns' | 'urlColumn' | 'occurredAtColumn' | 'softDeleteColumn' | 'deletes'>
