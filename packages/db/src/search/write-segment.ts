import { type AnalyzedRecord, buildSegment, type Segment } from '@inlet/search'
import type pg from 'pg'

/** A record with its index entries. */
export interface IndexedRecord extends AnalyzedRecord {
  /** Its number in the index. */
  readonly doc: number
  readonly streamId: number
  /** Hex. */
  readonly keyHash: string
  /** Whether it replaces an earlier state. */
  readonly updated: boolean
}

/** Adds a segment with these records to the index. */
export const writeSegment = async (client: pg.ClientBase, records: readonly IndexedRecord[]): Promise<void> => {
  if (records.length === 0) return
  const sorted = [...records].sort((a, b) => a.doc - b.doc)
  const segment = buildSegment(
    sorted.flatMap(({ doc, parts }) => parts.map((part, n) => ({ record: doc, part: n, terms: part.terms, length: part.length }))),
  )
  const id = await insertSegment(client, segment, [...new Set(sorted.map(({ language }) => language))])
  await insertSlots(client, id, segment.slots)
}

const INSERT_SEGMENT = `INSERT INTO search_segments (base, last, documents, length, bits, bytes, languages, live) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id::text`

export const insertSegment = async (
  client: Pick<pg.ClientBase, 'query'>,
  segment: Segment,
  languages: readonly string[],
  live = true,
): Promise<string> => {
  const bytes = segment.slots.reduce((sum, { data }) => sum + data.length, 0)
  const { rows } = await client.query<{ id: string }>({
    name: 'inlet-insert-segment',
    text: INSERT_SEGMENT,
    values: [segment.base, segment.last, segment.documents, segment.length, segment.bits, bytes, languages, live],
  })
  return rows[0]?.id ?? ''
}

// One value for all slots: an array of bytea would be sent as text, twice as long.
const INSERT_SLOTS = `
INSERT INTO search_postings (segment_id, slot, postings)
SELECT $1, s.slot, substring($4::bytea FROM s.at FOR s.size) FROM unnest($2::bigint[], $3::int[], $5::int[]) AS s(slot, at, size)`

/** Adds slots to a segment, in one statement. */
export const insertSlots = async (client: Pick<pg.ClientBase, 'query'>, id: string, slots: Segment['slots']): Promise<void> => {
  if (slots.length === 0) return
  const begins: number[] = []
  let at = 1
  for (const { data } of slots) {
    begins.push(at)
    at += data.length
  }
  await client.query({
    name: 'inlet-insert-slots',
    text: INSERT_SLOTS,
    values: [id, slots.map(({ slot }) => slot), begins, Buffer.concat(slots.map(({ data }) => data)), slots.map(({ data }) => data.length)],
  })
}
