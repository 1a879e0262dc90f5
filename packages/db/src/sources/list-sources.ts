import { nameKey, type SourceState, type SourceStatus } from '@inlet/domain'
import type { Database } from '../database.js'
import { allOf, containsPattern, createSqlParts } from '../sql-parts.js'
import { fromJson, PAGE_COLUMNS, PAGE_DETAILS, SOURCES_IN_STATE, type SourceJson, type SourceOverview, toOverview } from './source-row.js'

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
    after === null
      ? null
      : `(${column}, s.id) ${request.descending ? '<' : '>'} (${add(after.value)}::${request.sortBy === 'name' ? 'text' : 'timestamptz'}, ${add(after.id)}::uuid)`,
  ])
  const from = request.state === undefined ? 'sources s WHERE true' : SOURCES_IN_STATE[request.state]
  const orderBy = `ORDER BY ${column} ${order}, s.id ${order}`
  // The page first: what else belongs to a source is read for its rows alone, whatever the statistics say. And one row for all: the driver spends
  // longer on rows and moments than on JSON.
  const text = `WITH page AS MATERIALIZED (SELECT ${PAGE_COLUMNS} FROM ${from} AND ${where} ${orderBy} LIMIT ${add(request.limit)})
     SELECT coalesce(json_agg(p), '[]') AS page FROM (${PAGE_DETAILS} ${orderBy}) p`
  const { rows } = isPlain(request)
    ? await database.lists.query<Page>({ name: nameOf(request), text, values })
    : await database.pool.query<Page>(text, values)
  return (rows[0]?.page ?? []).map((row) => toOverview(fromJson(row)))
}

interface Page {
  readonly page: readonly SourceJson[]
}

// What lists ask for most is parsed and planned once in each connection. Few texts, whatever callers send.
const isPlain = ({ status, connector, labels, text }: SourceListRequest): boolean =>
  status === undefined && connector === undefined && text === undefined && Object.keys(labels ?? {}).length === 0

const nameOf = ({ state, sortBy, descending, after }: SourceListRequest): string =>
  `inlet-sources ${state ?? 'all'} ${sortBy} ${descending ? 'down' : 'up'} ${after === null ? 'first' : 'next'}`

const textCondition = (text: string, add: (value: unknown) => string): string => {
  const pattern = add(containsPattern(nameKey(text)))
  return `(s.name_key LIKE ${pattern} OR s.slug LIKE ${pattern})`
}
