import type { RecordKind } from '@inlet/domain'

/** A stored record as it is shown; `dataText` is JSON whose numbers have all their digits. */
export interface StoredRecord {
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  readonly stream: string
  readonly key: string
  readonly kind: RecordKind
  readonly title: string | null
  readonly url: string | null
  readonly dataText: string
  readonly occurredAt: Date | null
  readonly createdAt: Date
  readonly fetchedAt: Date
  readonly deletedAt: Date | null
  readonly sourceId: string
  readonly sourceName: string
  readonly runId: string
  readonly version: number
}

export const RECORD_COLUMNS = `r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", st.name AS stream, r.key, r.kind, r.title, r.url,
  r.data::text AS "dataText", r.occurred_at AS "occurredAt", r.created_at AS "createdAt", r.fetched_at AS "fetchedAt", r.deleted_at AS "deletedAt",
  r.source_id AS "sourceId", s.name AS "sourceName", r.run_id AS "runId", r.version`

/** Records of sources that are being deleted are gone for readers. */
export const RECORD_TABLES = 'records r JOIN streams st ON st.id = r.stream_id JOIN sources s ON s.id = r.source_id AND s.deleting_at IS NULL'

export interface RecordFilter {
  readonly sourceIds?: readonly string[] | undefined
  readonly stream?: string | undefined
  readonly kind?: RecordKind | undefined
  readonly since?: string | undefined
  readonly deleted: 'exclude' | 'include' | 'only'
}

/** The conditions of a filter over `r` and `st`. */
export const recordConditions = (filter: RecordFilter, add: (value: unknown) => string): readonly (string | null)[] => [
  filter.sourceIds === undefined ? null : sourceCondition(filter.sourceIds, add),
  filter.stream === undefined ? null : `st.name = ${add(filter.stream)}`,
  filter.kind === undefined ? null : `r.kind = ${add(filter.kind)}`,
  filter.since === undefined ? null : `r.fetched_at >= ${add(filter.since)}::timestamptz`,
  filter.deleted === 'include' ? null : `r.deleted_at IS ${filter.deleted === 'only' ? 'NOT NULL' : 'NULL'}`,
]

// One source is the frequent case, and `=` lets the index give the order as well.
const sourceCondition = (ids: readonly string[], add: (value: unknown) => string): string =>
  ids.length === 1 ? `r.source_id = ${add(ids[0])}::uuid` : `r.source_id = ANY(${add(ids)}::uuid[])`
