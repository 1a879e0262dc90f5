import type { RecordKind } from '@inlet/domain'
import { nameTargets } from '../audit/name-targets.js'
import type { Database } from '../database.js'
import { countWithin, type FetchedRecord, fetchRecords, type RecordFields } from '../records/fetch-records.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { findExpired } from './expire-changes.js'
import { type ChangeHead, readChangeHead } from './read-head.js'

/** A position in the change feed, after which it continues. Numbers are 64-bit, as text. */
export interface ChangePosition {
  /** Identifies the database cluster: transaction numbers mean nothing in another one, such as one restored from a dump. */
  readonly cluster: string
  /** Transaction, log row, and record within the row; the position before all changes of a transaction is (xid, '0', '0'). */
  readonly xid: string
  readonly id: string
  readonly doc: string
  /** Progress through the records stored before the reader began; null when only changes are left. */
  readonly walk: { readonly doc: string; readonly last: string } | null
}

/** The position of a reader that has yet to read everything from `xid` on. */
export const changesFrom = (cluster: string, xid: string): ChangePosition => ({ cluster, xid, id: '0', doc: '0', walk: null })

/** Compares two positions in the log. */
export const comparePlaces = (a: Pick<ChangePosition, 'xid' | 'id'>, b: Pick<ChangePosition, 'xid' | 'id'>): number => {
  const [x, y] = a.xid === b.xid ? [BigInt(a.id), BigInt(b.id)] : [BigInt(a.xid), BigInt(b.xid)]
  return x < y ? -1 : x > y ? 1 : 0
}

export interface ChangeFilter {
  readonly sourceIds?: readonly string[] | undefined
  readonly stream?: string | undefined
  readonly kind?: RecordKind | undefined
}

export interface ChangeRequest {
  readonly filter: ChangeFilter
  readonly fields: RecordFields
  readonly limit: number
  /** A page ends early when its records exceed about this size. */
  readonly maxBytes: number
}

/** A record as it is when it is read, which may be later than the change; or a source that was deleted with all its records. */
export type Change = { readonly position: ChangePosition } & (
  | { readonly op: 'upsert' | 'delete'; readonly record: FetchedRecord }
  | { readonly op: 'source_deleted'; readonly sourceId: string; readonly source: string | null; readonly at: Date }
)

export interface ChangePage {
  readonly changes: readonly Change[]
  readonly next: ChangePosition
  /** Whether everything readable has been read. */
  readonly atEnd: boolean
}

/** Limit of statements per page that find nothing: a filter may exclude a lot. */
const ROUNDS = 20
/** Sorts after all records of a log row. */
const MAX_DOC = '9223372036854775807'
/** Log rows that one statement looks at. */
const LOG_ROWS = 1_000

/** Returns where a reader begins: with everything stored, or with changes from now on. */
export const startOfChanges = async (database: Database, from: 'beginning' | 'now'): Promise<ChangePosition> => {
  const { cluster, horizon, lastDoc } = await readChangeHead(database)
  const now = changesFrom(cluster, horizon)
  return from === 'now' ? now : { ...now, walk: { doc: '0', last: lastDoc } }
}

/**
 * Reads the changes after a position: at least the latest change of each record, in the order of the transactions that wrote them. A reader that
 * began at the beginning first gets what was stored then, including deleted records. Returns null when changes after the position are gone, or it
 * belongs to another cluster.
 */
export const readChanges = async (database: Database, from: ChangePosition, request: ChangeRequest): Promise<ChangePage | null> => {
  // Before anything is read: what becomes readable later is left to the next page.
  const head = await readChangeHead(database)
  if (from.cluster !== head.cluster) return null
  const changes: Change[] = []
  let at = from
  let atEnd = false
  for (let round = 0; round < ROUNDS && changes.length === 0 && !atEnd; round += 1) {
    const found = await (at.walk === null ? findLogged(database, at, head, request) : findStored(database, at, request))
    const count = countWithin(found.places, request.limit, request.maxBytes)
    const shown = found.places.slice(0, count)
    changes.push(...(await fetchChanges(database, shown, request.fields)))
    const wasCut = count < found.places.length || found.places.length === request.limit
    const last = shown.at(-1)
    at = wasCut && last !== undefined ? last.position : found.next
    atEnd = !wasCut && found.atEnd
  }
  // After reading: what was removed meanwhile was missed.
  const expired = await findExpired(database)
  if (expired !== null && isBefore(from, expired)) return null
  return { changes, next: at, atEnd }
}

const isBefore = (from: ChangePosition, expired: Pick<ChangePosition, 'xid' | 'id'>): boolean => {
  const order = comparePlaces(from, expired)
  return order < 0 || (order === 0 && from.doc !== MAX_DOC)
}

interface PlaceRow {
  readonly xid: string
  readonly id: string
  readonly doc: string | null
  readonly streamId: number | null
  readonly keyHash: string | null
  readonly bytes: number
  readonly goneSourceId: string | null
  readonly at: Date
}
interface Place extends PlaceRow {
  readonly position: ChangePosition
}

interface Found {
  readonly places: readonly Place[]
  /** Where to continue once all of these are shown. */
  readonly next: ChangePosition
  readonly atEnd: boolean
}

/** Estimated size of a record in the response without reading it: data of more than 2 kB is stored compressed. */
const BYTES = `coalesce(octet_length(r.text), 0) + pg_column_size(r.data) * CASE WHEN pg_column_size(r.data) > 1500 THEN 6 ELSE 1 END + 500`

const recordFilter = ({ stream, kind }: ChangeFilter, add: (value: unknown) => string): readonly (string | null)[] => [
  stream === undefined ? null : `EXISTS (SELECT FROM streams st WHERE st.id = r.stream_id AND st.name = ${add(stream)})`,
  kind === undefined ? null : `r.kind = ${add(kind)}`,
]

/** Finds what was stored when the reader began, in number order; what changes meanwhile gets a higher number and is in the log. */
const findStored = async (database: Database, at: ChangePosition, { filter, limit }: ChangeRequest): Promise<Found> => {
  const { walk } = at
  if (walk === null) throw new Error('nothing is left of what was stored')
  const { values, add } = createSqlParts()
  const where = allOf([
    `r.doc_id > ${add(walk.doc)}::bigint AND r.doc_id <= ${add(walk.last)}::bigint AND r.content_hash <> ''`,
    filter.sourceIds === undefined ? null : `r.source_id = ANY(${add(filter.sourceIds)}::uuid[])`,
    ...recordFilter(filter, add),
  ])
  const { rows } = await database.pool.query<PlaceRow>(
    `SELECT '' AS xid, '' AS id, r.doc_id::text AS doc, r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash", ${BYTES} AS bytes,
       NULL AS "goneSourceId", r.fetched_at AS at
     FROM records r WHERE ${where} ORDER BY r.doc_id LIMIT ${add(limit)}`,
    values,
  )
  const places = rows.map((row) => ({ ...row, position: { ...at, walk: { doc: row.doc ?? walk.doc, last: walk.last } } }))
  return { places, next: { ...at, walk: null }, atEnd: false }
}

const findLogged = async (database: Database, at: ChangePosition, head: ChangeHead, { filter, limit }: ChangeRequest): Promise<Found> => {
  const { values, add } = createSqlParts()
  const [xid, id, doc] = [`${add(at.xid)}::bigint`, `${add(at.id)}::bigint`, `${add(at.doc)}::bigint`]
  const sources = filter.sourceIds === undefined ? null : `${add(filter.sourceIds)}::uuid[]`
  const rowFilter = allOf([
    `(c.xid, c.id) >= (${xid}, ${id}) AND c.xid < ${add(head.horizon)}::bigint`,
    sources === null ? null : `(c.source_id = ANY(${sources}) OR c.gone_source_id = ANY(${sources}))`,
  ])
  const matching = allOf(['r.doc_id >= lower(d.docs) AND r.doc_id < upper(d.docs)', ...recordFilter(filter, add)])
  // Takes rows until there are enough changes, not counting the row that was read in part. Each row is in the result even without a record, so that
  // the reader gets past rows whose records have all changed again, and an empty result means that there are no more.
  const { rows } = await database.pool.query<PlaceRow>(
    `WITH part AS MATERIALIZED (
       SELECT * FROM (
         SELECT c.*, sum(c.records) FILTER (WHERE (c.xid, c.id) > (${xid}, ${id})) OVER (ORDER BY c.xid, c.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
         FROM (SELECT * FROM record_changes c WHERE ${rowFilter} ORDER BY c.xid, c.id LIMIT ${LOG_ROWS}) c
       ) c WHERE coalesce(c.before, 0) < ${add(limit)}::int
     )
     SELECT c.xid::text, c.id::text, r.doc_id::text AS doc, r.stream_id AS "streamId", encode(r.key_hash, 'hex') AS "keyHash",
       CASE WHEN r.doc_id IS NULL THEN 0 ELSE ${BYTES} END AS bytes, c.gone_source_id AS "goneSourceId", c.at
     FROM part c LEFT JOIN LATERAL (SELECT r.* FROM unnest(c.docs) AS d(docs) JOIN records r ON ${matching}) r ON true
     WHERE (c.xid, c.id) > (${xid}, ${id}) OR r.doc_id > ${doc}
     ORDER BY c.xid, c.id, r.doc_id`,
    values,
  )
  const all = rows.map((row) => ({ ...row, position: { ...at, xid: row.xid, id: row.id, doc: row.doc ?? '0' } }))
  const places = all.filter(({ doc: number, goneSourceId }) => number !== null || goneSourceId !== null).slice(0, limit)
  const last = all.at(-1)
  const atEnd = last === undefined
  return { places, next: atEnd ? changesFrom(at.cluster, later(head.horizon, at.xid)) : { ...last.position, doc: MAX_DOC }, atEnd }
}

const later = (a: string, b: string): string => (BigInt(a) < BigInt(b) ? b : a)

const toTarget = (sourceId: string) => ({ targetType: 'source', targetId: sourceId }) as const

const fetchChanges = async (database: Database, places: readonly Place[], fields: RecordFields): Promise<readonly Change[]> => {
  const latest = new Map(places.flatMap((place) => (place.streamId === null ? [] : [[`${place.streamId}-${place.keyHash}`, place]])))
  const keys = [...latest.values()].map(({ streamId, keyHash }) => ({ streamId: streamId ?? 0, keyHash: keyHash ?? '' }))
  const records = new Map((await fetchRecords(database, keys, fields)).map((record) => [`${record.streamId}-${record.keyHash}`, record]))
  const gone = places.flatMap(({ goneSourceId }) => (goneSourceId === null ? [] : [toTarget(goneSourceId)]))
  const slugOf = gone.length === 0 ? () => null : await nameTargets(database, gone)
  return places.flatMap((place): readonly Change[] => {
    const { position, goneSourceId: sourceId, at } = place
    if (sourceId !== null) return [{ op: 'source_deleted', sourceId, source: slugOf(toTarget(sourceId)), at, position }]
    const name = `${place.streamId}-${place.keyHash}`
    const record = records.get(name)
    // Each record is shown once, at its last position; a record whose source is being deleted is not shown.
    if (record === undefined || latest.get(name) !== place) return []
    return [{ op: record.deletedAt === null ? 'upsert' : 'delete', record, position }]
  })
}
