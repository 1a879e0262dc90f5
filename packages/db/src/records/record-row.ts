import type { RecordKind } from '@inlet/domain'
import type { DataCondition } from '@inlet/search'

/** A stored record as it is shown; `dataText` is JSON whose numbers keep all their digits. */
export interface StoredRecord {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  readonly stream: string
  readonly key: string
  readonly kind: RecordKind
  readonly title: string | null
  readonly url: string | null
  /** Without bulky members, unless they were requested. */
  readonly dataText: string
  readonly occurredAt: Date | null
  readonly createdAt: Date
  readonly fetchedAt: Date
  readonly deletedAt: Date | null
  readonly sourceId: string
  readonly sourceName: string
  readonly sourceSlug: string
  readonly connector: string
  readonly runId: string
  readonly version: number
}

const COLUMNS = (
  data: string,
): string => `r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", st.name AS stream, r.key, r.kind, r.title, r.url,
  ${data} AS "dataText", r.occurred_at AS "occurredAt", r.created_at AS "createdAt", r.fetched_at AS "fetchedAt", r.deleted_at AS "deletedAt",
  r.source_id AS "sourceId", s.name AS "sourceName", s.slug AS "sourceSlug", s.connector, r.run_id AS "runId", r.version`

export const RECORD_COLUMNS = COLUMNS('r.data::text')
export const columnsWith = COLUMNS

/** Excludes records of sources that are being deleted. */
export const RECORD_TABLES = 'records r JOIN streams st ON st.id = r.stream_id JOIN sources s ON s.id = r.source_id AND s.deleting_at IS NULL'

/**
 * SQL to follow a list of records in FROM: each record is looked up by the condition on `records`, which identifies one, and its stream and source by
 * their ids. A join would be planned for as many rows as the statistics suggest, and would read all of a table that was never analyzed, once for each
 * record.
 */
export const recordsAt = (condition: string): string => `CROSS JOIN LATERAL (SELECT * FROM records WHERE ${condition} LIMIT 1) r
  CROSS JOIN LATERAL (SELECT * FROM streams WHERE id = r.stream_id LIMIT 1) st
  CROSS JOIN LATERAL (SELECT * FROM sources WHERE id = r.source_id AND deleting_at IS NULL LIMIT 1) s`
const WITHOUT_STREAMS = 'records r JOIN sources s ON s.id = r.source_id AND s.deleting_at IS NULL'

/** The tables that the conditions of a filter refer to. */
export const filteredTables = ({ stream }: RecordFilter): string => (stream === undefined ? WITHOUT_STREAMS : RECORD_TABLES)

export interface RecordFilter {
  readonly sourceIds?: readonly string[] | undefined
  readonly connector?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly stream?: string | undefined
  readonly kind?: RecordKind | undefined
  readonly since?: string | undefined
  readonly fetchedBefore?: string | undefined
  readonly occurredAfter?: string | undefined
  readonly occurredBefore?: string | undefined
  readonly where?: readonly DataCondition[] | undefined
  readonly deleted: 'exclude' | 'include' | 'only'
}

type Add = (value: unknown) => string

/** Returns the conditions of a filter over `r`, `st` and `s`. */
export const recordConditions = (filter: RecordFilter, add: Add): readonly (string | null)[] => [
  filter.sourceIds === undefined ? null : sourceCondition(filter.sourceIds, add),
  filter.connector === undefined ? null : `s.connector = ${add(filter.connector)}`,
  filter.labels === undefined || Object.keys(filter.labels).length === 0 ? null : `s.labels @> ${add(JSON.stringify(filter.labels))}::jsonb`,
  filter.stream === undefined ? null : `st.name = ${add(filter.stream)}`,
  filter.kind === undefined ? null : `r.kind = ${add(filter.kind)}`,
  moment('r.fetched_at >=', filter.since, add),
  moment('r.fetched_at <', filter.fetchedBefore, add),
  moment('r.occurred_at >=', filter.occurredAfter, add),
  moment('r.occurred_at <', filter.occurredBefore, add),
  ...(filter.where ?? []).map((condition) => dataCondition(condition, add)),
  filter.deleted === 'include' ? null : `r.deleted_at IS ${filter.deleted === 'only' ? 'NOT NULL' : 'NULL'}`,
]

/** Whether a filter excludes anything other than deleted records. */
export const narrows = (filter: RecordFilter): boolean =>
  Object.entries(filter).some(
    ([name, value]) => name !== 'deleted' && value !== undefined && (!Array.isArray(value) || name === 'sourceIds' || value.length > 0),
  )

const moment = (comparison: string, value: string | undefined, add: Add): string | null =>
  value === undefined ? null : `${comparison} ${add(value)}::timestamptz`

// One source is the common case, and `=` lets the index provide the order as well.
const sourceCondition = (ids: readonly string[], add: Add): string =>
  ids.length === 1 ? `r.source_id = ${add(ids[0])}::uuid` : `r.source_id = ANY(${add(ids)}::uuid[])`

/** In lax mode, which looks into arrays at every step; a value may be stored as text, number or boolean. */
const dataCondition = ({ path, operator, values, negated }: DataCondition, add: Add): string => {
  const place = `$${path.map((name) => `.${JSON.stringify(name)}`).join('')}`
  const compared = values.flatMap((value) => [value, ...(isScalar(value) ? [JSON.parse(value) as unknown] : [])])
  const variables = Object.fromEntries(compared.map((value, n) => [`v${n}`, value]))
  const test = compared.map((_value, n) => `@ ${operator === '=' ? '==' : operator} $v${n}`).join(' || ')
  const jsonpath = operator === 'exists' ? place : `${place} ? (${test})`
  return `${negated ? 'NOT ' : ''}jsonb_path_exists(r.data, ${add(jsonpath)}::jsonpath, ${add(JSON.stringify(variables))}::jsonb, true)`
}

const isScalar = (text: string): boolean =>
  /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d{1,3})?|true|false|null)$/iu.test(text) && text === text.toLowerCase()
