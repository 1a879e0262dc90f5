import { isLanguage, type Language } from '@inlet/domain'
import {
  findTerms,
  hashTerm,
  type IndexedTerm,
  type IndexSize,
  largeSlot,
  type PostingList,
  type QueryTerm,
  type WantedTerms,
  wantTerms,
} from '@inlet/search'
import type { Database } from '../database.js'

export interface IndexSummary extends IndexSize {
  /** Languages of its records. */
  readonly languages: readonly Language[]
}

const SUMMARY = `
SELECT coalesce(sum(documents), 0)::float8 AS documents, coalesce(sum(length), 0)::float8 AS length,
  coalesce(min(base), 0)::float8 AS base, coalesce(max(last), 0)::float8 AS last,
  ARRAY(SELECT DISTINCT l FROM search_segments s, unnest(s.languages) l WHERE s.live) AS languages
FROM search_segments WHERE live`

interface SummaryRow {
  readonly documents: number
  readonly length: number
  readonly base: number
  readonly last: number
  readonly languages: readonly string[]
}

/** Reads a summary of the index: its size and its languages. */
export const readIndexSummary = async ({ pool }: Pick<Database, 'pool'>): Promise<IndexSummary> => {
  const { rows } = await pool.query<SummaryRow>({
    name: 'inlet-index-summary',
    text: SUMMARY,
  })
  const { documents = 0, length = 0, base = 0, last = 0, languages = [] } = rows[0] ?? {}
  return { base, last, documents, meanLength: documents === 0 ? 1 : length / documents, languages: languages.filter(isLanguage) }
}

// OFFSET 0 keeps the planner from reading all postings. For a frequent term, which has its own slot, only the size is read.
const READ_SLOTS = `
SELECT w.id::text AS id, w.base::float8 AS base, w.slot::float8 AS slot, p.bytes, p.postings
FROM (SELECT DISTINCT g.id, g.base, s.slot FROM search_segments g CROSS JOIN unnest($1::bigint[]) AS h(hash)
      CROSS JOIN LATERAL (VALUES (h.hash >> (32 - g.bits)), (4294967296 + h.hash)) AS s(slot) WHERE g.live) w
CROSS JOIN LATERAL (SELECT octet_length(postings) AS bytes, CASE WHEN p.slot < 4294967296 THEN postings END AS postings
                    FROM search_postings p WHERE p.segment_id = w.id AND p.slot = w.slot OFFSET 0) p`

const READ_LARGE = `
SELECT w.base, p.postings FROM unnest($1::bigint[], $2::bigint[], $3::float8[]) AS w(id, slot, base)
CROSS JOIN LATERAL (SELECT postings FROM search_postings p WHERE p.segment_id = w.id AND p.slot = w.slot OFFSET 0) p`

interface SlotRow {
  readonly id: string
  readonly base: number
  readonly slot: number
  readonly bytes: number
  readonly postings: Buffer | null
}

/** Postings of frequent terms are read up to this many bytes, rarest first; what remains are words that most records contain. */
const LARGE_BYTES = 1_500_000
/** Approximate bytes per posting of a frequent term. */
const BYTES_A_POSTING = 3
const MAX_TRIES = 5

/** Reads the index entries of these terms; those in `needed` are read however frequent they are. */
export const readTerms = async (
  database: Pick<Database, 'pool'>,
  terms: readonly QueryTerm[],
  needed: ReadonlySet<string>,
): Promise<readonly IndexedTerm[]> => {
  if (terms.length === 0) return []
  for (let n = 0; ; n += 1) {
    const read = await tryToRead(database, terms, needed)
    if (read !== null) return read
    if (n === MAX_TRIES) throw new Error('the search index changed whenever it was read')
  }
}

/** Returns null when segments were merged between the two reads. */
const tryToRead = async (
  { pool }: Pick<Database, 'pool'>,
  terms: readonly QueryTerm[],
  needed: ReadonlySet<string>,
): Promise<readonly IndexedTerm[] | null> => {
  const hashes = [...new Set(terms.flatMap(({ variants }) => variants.map(hashTerm)))]
  const { rows } = await pool.query<SlotRow>({ name: 'inlet-read-slots', text: READ_SLOTS, values: [hashes] })
  const large = rows.filter(({ postings }) => postings === null)
  const chosen = chooseLarge(large, terms, needed)
  const values = [chosen.map(({ id }) => id), chosen.map(({ slot }) => slot), chosen.map(({ base }) => base)]
  const more = chosen.length === 0 ? [] : (await pool.query<ReadSlot>({ name: 'inlet-read-large-slots', text: READ_LARGE, values })).rows
  if (more.length !== chosen.length) return null
  const found = collectPostings([...rows.filter(isRead), ...more], wantTerms(terms.flatMap(({ variants }) => variants)))
  const left = large.filter((row) => !chosen.includes(row))
  return terms.map((term) => toIndexedTerm(term, found, left))
}

interface ReadSlot {
  readonly base: number
  readonly postings: Buffer
}

const isRead = (row: SlotRow): row is SlotRow & ReadSlot => row.postings !== null

/** Chooses the slots to read: those of needed terms, and of the others from the smallest up; a single word is always read. */
const chooseLarge = (large: readonly SlotRow[], terms: readonly QueryTerm[], needed: ReadonlySet<string>): readonly SlotRow[] => {
  const chosen: SlotRow[] = []
  let bytes = 0
  const sized = terms
    .map((term) => {
      const slots = new Set(term.variants.map((variant) => largeSlot(hashTerm(variant))))
      const own = large.filter(({ slot }) => slots.has(slot))
      return { term, own, size: own.reduce((sum, row) => sum + row.bytes, 0) }
    })
    .sort((a, b) => a.size - b.size)
  for (const [n, { term, own, size }] of sized.entries()) {
    if (n > 0 && bytes + size > LARGE_BYTES && !needed.has(term.word)) continue
    bytes += size
    chosen.push(...own.filter((row) => !chosen.includes(row)))
  }
  return chosen
}

type Found = ReadonlyMap<string, { readonly documents: number; readonly lists: readonly PostingList[] }>

const collectPostings = (slots: readonly ReadSlot[], wanted: WantedTerms): Found => {
  const found = new Map<string, { documents: number; lists: PostingList[] }>()
  for (const { base, postings } of slots)
    for (const { term, documents, data } of findTerms(new Uint8Array(postings.buffer, postings.byteOffset, postings.length), wanted)) {
      const known = found.get(term)
      if (known === undefined) found.set(term, { documents, lists: [{ data, base }] })
      else {
        known.documents += documents
        known.lists.push({ data, base })
      }
    }
  return found
}

const toIndexedTerm = (term: QueryTerm, found: Found, left: readonly SlotRow[]): IndexedTerm => {
  const slots = new Set(term.variants.map((variant) => largeSlot(hashTerm(variant))))
  const unread = left.filter(({ slot }) => slots.has(slot)).reduce((sum, { bytes }) => sum + bytes, 0)
  const own = term.variants.flatMap((variant) => found.get(variant) ?? [])
  const documents = own.reduce((sum, one) => sum + one.documents, 0) + Math.round(unread / BYTES_A_POSTING)
  return { term, documents, lists: unread > 0 ? [] : own.flatMap(({ lists }) => lists), unread: unread > 0 }
}
