import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import type { Hit } from './find-hits.js'
import { filteredTables, RECORD_TABLES, type RecordFilter, recordConditions, recordsAt } from './record-row.js'

/** The number of records per value of a field. */
export interface Facet {
  readonly field: string
  /** Most frequent first. */
  readonly values: readonly { readonly value: string; readonly count: number }[]
  /** Whether there are more values. */
  readonly more: boolean
}

const MAX_VALUES = 50
/** Without a question, this many records are counted, most recently fetched first. */
export const MAX_COUNTED = 100_000

/** Counts facets over the hits of a search. */
export const countFacets = async (
  { pool }: Pick<Database, 'pool'>,
  hits: readonly Pick<Hit, 'streamId' | 'keyHash'>[],
  fields: readonly string[],
): Promise<readonly Facet[]> => {
  const keys = [hits.map(({ streamId }) => streamId), hits.map(({ keyHash }) => keyHash)] as const
  return inTurn(fields, async (field) => {
    const { values, add } = createSqlParts()
    const chosen = `unnest(${add(keys[0])}::int[], ${add(keys[1])}::text[]) AS c(stream_id, key_hash)`
    const from = `${chosen} ${recordsAt("stream_id = c.stream_id AND key_hash = decode(c.key_hash, 'hex')")}`
    return toFacet(field, (await pool.query<ValueRow>(statement(field, from, add), values)).rows)
  })
}

/** Counts facets over a list without a question. */
export const countListFacets = async ({ pool }: Pick<Database, 'pool'>, filter: RecordFilter, fields: readonly string[]): Promise<readonly Facet[]> =>
  inTurn(fields, async (field) => {
    const { values, add } = createSqlParts()
    const chosen = `SELECT r.ctid FROM ${filteredTables(filter)} WHERE ${allOf(recordConditions(filter, add))} ORDER BY r.fetched_at DESC LIMIT ${MAX_COUNTED}`
    const from = `(${chosen}) AS c JOIN (${RECORD_TABLES}) ON r.ctid = c.ctid`
    return toFacet(field, (await pool.query<ValueRow>(statement(field, from, add), values)).rows)
  })

interface ValueRow {
  readonly value: string
  readonly count: number
}

const COLUMNS: Readonly<Record<string, string>> = { source: 's.slug', connector: 's.connector', stream: 'st.name', kind: 'r.kind' }

/** Whether a field name can be counted. */
export const isFacet = (field: string): boolean => field in COLUMNS || /^data(?:\.[^.]{1,100}){1,10}$/u.test(field)

// Each element of an array counts once.
const statement = (field: string, from: string, add: (value: unknown) => string): string => {
  const column = COLUMNS[field]
  if (column !== undefined)
    return `SELECT ${column} AS value, count(*)::int AS count FROM ${from} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_VALUES + 1}`
  const path = `$${field
    .split('.')
    .slice(1)
    .map((name) => `.${JSON.stringify(name)}`)
    .join('')}[*]`
  return `SELECT left(v #>> '{}', 200) AS value, count(DISTINCT (r.stream_id, r.key_hash))::int AS count FROM ${from}
    CROSS JOIN LATERAL jsonb_path_query(r.data, ${add(path)}::jsonpath, '{}', true) AS v
    WHERE jsonb_typeof(v) IN ('string', 'number', 'boolean') GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_VALUES + 1}`
}

const toFacet = (field: string, rows: readonly ValueRow[]): Facet => ({ field, values: rows.slice(0, MAX_VALUES), more: rows.length > MAX_VALUES })

const inTurn = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}
