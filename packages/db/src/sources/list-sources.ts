import { nameKey, type SourceState, type SourceStatus } from '@inlet/domain'
import type { Database } from '../database.js'
import { AS_TEXT, allOf, containsPattern, createSqlParts, type TextRow } from '../sql-parts.js'
import { sourcePage, toSourceRow } from './source-page.js'
import { type SourceOverview, type SourceRow, toOverview } from './source-row.js'

export interface SourceFilter {
  readonly status?: SourceStatus | undefined
  readonly state?: SourceState | undefined
  readonly connector?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Part of the name or slug. */
  readonly text?: string | undefined
}

export interface SourceListRequest extends SourceFilter {
  readonly sortBy: 'createdAt' | 'name'
  readonly descending: boolean
  readonly limit: number
  /** The sort value and id of the last source on the previous page. */
  readonly after: { readonly value: string; readonly id: string } | null
}

// SQL: sorts and filters by a state that follows from facts in several tables.

/** Lists one page of sources that are not being deleted, with their state. */
export const listSources = async (database: Database, request: SourceListRequest): Promise<readonly SourceOverview[]> => {
  const { values, add } = createSqlParts()
  const column = request.sortBy === 'name' ? 's.name_key' : 's.created_at'
  const order = request.descending ? 'DESC' : 'ASC'
  const { after } = request
  const where = allOf([
    's.deleting_at IS NULL',
    request.status === undefined ? null : `s.status = ${add(request.status)}`,
    request.connector === undefined ? null : `s.connector = ${add(request.connector)}`,
    request.labels === undefined || Object.keys(request.labels).length === 0 ? null : `s.labels @> ${add(JSON.stringify(request.labels))}::jsonb`,
    request.text === undefined ? null : textCondition(request.text, add),
    after === null
      ? null
      : `(${column}, s.id) ${request.descending ? '<' : '>'} (${add(after.value)}::${request.sortBy === 'name' ? 'text' : 'timestamptz'}, ${add(after.id)}::uuid)`,
  ])
  const orderBy = `ORDER BY ${column} ${order}, s.id ${order}`
  const text = sourcePage(request.state, { where, orderBy, limit: add(request.limit) })
  const { rows } = isPlain(request)
    ? await database.lists.query<TextRow<SourceRow>>({ name: nameOf(request), text, values, types: AS_TEXT })
    : await database.pool.query<TextRow<SourceRow>>({ text, values, types: AS_TEXT })
  return rows.map((row) => toOverview(toSourceRow(row)))
}

// The most common lists are parsed and planned once per connection. There are few such statements, whatever callers send.
const isPlain = ({ status, connector, labels, text }: SourceListRequest): boolean =>
  status === undefined && connector === undefined && text === undefined && Object.keys(labels ?? {}).length === 0

const nameOf = ({ state, sortBy, descending, after }: SourceListRequest): string =>
  `inlet-sources ${state ?? 'all'} ${sortBy} ${descending ? 'down' : 'up'} ${after === null ? 'first' : 'next'}`

const textCondition = (text: string, add: (value: unknown) => string): string => {
  const pattern = add(containsPattern(nameKey(text)))
  return `(s.name_key LIKE ${pattern} OR s.slug LIKE ${pattern})`
}
