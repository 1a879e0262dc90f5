import { nameKey, type SourceState, type SourceStatus } from '@inlet/domain'
import type { Database } from '../database.js'
import { allOf, containsPattern, createSqlParts } from '../sql-parts.js'
import { SOURCE_COLUMNS, SOURCE_JOINS, SOURCE_STATE_IS, type SourceOverview, type SourceRow, toOverview } from './source-row.js'

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
  /** The sort value and id of the last source of the page before. */
  readonly after: { readonly value: string; readonly id: string } | null
}

/** One page of sources that are not being deleted, with their state. */
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
    request.state === undefined ? null : SOURCE_STATE_IS[request.state],
    after === null
      ? null
      : `(${column}, s.id) ${request.descending ? '<' : '>'} (${add(after.value)}::${request.sortBy === 'name' ? 'text' : 'timestamptz'}, ${add(after.id)}::uuid)`,
  ])
  // The page first: what else belongs to a source is read for its rows alone, whatever the statistics say.
  const text = `WITH page AS MATERIALIZED (SELECT s.* FROM sources s WHERE ${where} ORDER BY ${column} ${order}, s.id ${order} LIMIT ${add(request.limit)})
     SELECT ${SOURCE_COLUMNS} FROM page s ${SOURCE_JOINS} ORDER BY ${column} ${order}, s.id ${order}`
  const { rows } = await database.pool.query<SourceRow>({ ...(isPlain(request) ? { name: nameOf(request) } : {}), text, values })
  return rows.map(toOverview)
}

// Parsing takes a good part of such a short query: what lists ask for most is parsed once in each connection. Few texts, whatever callers send.
const isPlain = ({ status, connector, labels, text }: SourceListRequest): boolean =>
  status === undefined && connector === undefined && text === undefined && Object.keys(labels ?? {}).length === 0

const nameOf = ({ state, sortBy, descending, after }: SourceListRequest): string =>
  `inlet-sources ${state ?? 'all'} ${sortBy} ${descending ? 'down' : 'up'} ${after === null ? 'first' : 'next'}`

const textCondition = (text: string, add: (value: unknown) => string): string => {
  const pattern = add(containsPattern(nameKey(text)))
  return `(s.name_key LIKE ${pattern} OR s.slug LIKE ${pattern})`
}
