import type { SqlSyntax } from '../../sql/plan/select.js'
import { quoteName } from '../sql/quote.js'

const name = (column: { readonly name: string }): string => quoteName(column.name)

/** Rows are compared as rows, which an index on cursor and key serves. */
export const postgresSyntax: SqlSyntax<number> = {
  name,
  selected: name,
  sorted: name,
  compare(columns, operator, position, bind) {
    const names = columns.slice(0, position.length).map(name)
    return `(${names.join(', ')}) ${operator} (${position.map(bind).join(', ')})`
  },
  hasPosition: () => null,
  beyondHorizon: (cursor, _kind, horizon, bind) => `${name(cursor)} IS NULL OR ${name(cursor)} > ${bind(horizon)} OR ${name(cursor)} = '-infinity'`,
  // The marks that a type has hold no quotes.
  equals: (column, value) => `${name(column)} = '${value}'`,
}
