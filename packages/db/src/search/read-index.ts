import {
  findTerms,
  hashTerm,
  type IndexedTerm,
  type IndexSize,
  isLanguage,
  type Language,
  type PostingList,
  type QueryTerm,
  wantTerms,
} from '@inlet/search'
import type { Database } from '../database.js'

export interface IndexSummary extends IndexSize {
  /** Languages that its records have. */
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

/** How much there is in the index. */
export const readIndexSummary = async ({ pool }: Pick<Database, 'pool'>): Promise<IndexSummary> => {
  const { rows } = await pool.query<SummaryRow>({
    name: 'inlet-index-summary',
    text: SUMMARY,
  })
  const { documents = 0, length = 0, base = 0, last = 0, languages = [] } = rows[0] ?? {}
  return { base, last, documents, meanLength: documents === 0 ? 1 : length / documents, languages: languages.filter(isLanguage) }
}

// One statement, and so one view of the segments: merging replaces them. OFFSET 0 keeps the planner from reading all postings.
const READ_SLOTS = `
SELECT w.base::float8 AS base, p.postings
FROM (SELECT DISTINCT g.id, g.base, s.slot FROM search_segments g CROSS JOIN unnest($1::bigint[]) AS h(hash)
      CROSS JOIN LATERAL (VALUES (h.hash >> (32 - g.bits)), (4294967296 + h.hash)) AS s(slot) WHERE g.live) w
CROSS JOIN LATERAL (SELECT postings FROM search_postings p WHERE p.segment_id = w.id AND p.slot = w.slot OFFSET 0) p`

interface SlotRow {
  readonly base: number
  readonly postings: Buffer
}

/** What the index has of these terms. */
export const readTerms = async ({ pool }: Pick<Database, 'pool'>, terms: readonly QueryTerm[]): Promise<readonly IndexedTerm[]> => {
  if (terms.length === 0) return []
  const hashes = [...new Set(terms.flatMap(({ variants }) => variants.map(hashTerm)))]
  const { rows } = await pool.query<SlotRow>({ name: 'inlet-read-slots', text: READ_SLOTS, values: [hashes] })
  const wanted = wantTerms(terms.flatMap(({ variants }) => variants))
  const found = new Map<string, { documents: number; lists: PostingList[] }>()
  for (const { base, postings } of rows)
    for (const { term, documents, data } of findTerms(new Uint8Array(postings.buffer, postings.byteOffset, postings.length), wanted)) {
      const known = found.get(term)
      if (known === undefined) found.set(term, { documents, lists: [{ data, base }] })
      else {
        known.documents += documents
        known.lists.push({ data, base })
      }
    }
  return terms.map((term) => {
    const own = term.variants.flatMap((variant) => found.get(variant) ?? [])
    return { term, documents: own.reduce((sum, { documents }) => sum + documents, 0), lists: own.flatMap(({ lists }) => lists) }
  })
}
