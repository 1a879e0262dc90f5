import {
  explain,
  type IndexedTerm,
  type IndexSize,
  parseQuery,
  type Query,
  type QueryTerm,
  type RankedHit,
  type Ranking,
  rank,
  type StrictParts,
  strictParts,
  strictTerms,
  weightOf,
} from '@inlet/search'
import type { Database } from '../database.js'
import { readIndexSummary, readTerms } from './read-index.js'

/** A question, with the index entries of its words. */
export interface OpenSearch {
  readonly question: string
  readonly query: Query
  readonly terms: readonly IndexedTerm[]
  readonly size: IndexSize
  readonly meanLength: number
  /** Terms so frequent that their postings were not read. */
  readonly unread: readonly QueryTerm[]
  /** The maximum contribution of each word to a score. */
  readonly weights: ReadonlyMap<string, number>
  readonly strict: StrictParts
  /** Returns the same search without its required parts, for a question that has other words; null when it has none. */
  relax(): OpenSearch | null
  /** Returns the best records according to the index; `within`: only among these. */
  rank(limit: number, within?: ReadonlySet<number>): Ranking
  /** Returns what each word adds to the best part of these hits, by record. */
  explain(hits: readonly RankedHit[]): ReadonlyMap<number, readonly { readonly word: string; readonly weight: number }[]>
}

/** Reads what a question needs from the index. */
export const openSearch = async (database: Pick<Database, 'pool'>, question: string): Promise<OpenSearch> => {
  const size = await readIndexSummary(database)
  const query = parseQuery(question, size.languages)
  const wanted = new Map([...strictTerms(query), ...query.terms].map((term) => [term.word, term]))
  const read = new Map(
    (await readTerms(database, [...wanted.values()], new Set(strictTerms(query).map(({ word }) => word)))).map((indexed) => [
      indexed.term.word,
      indexed,
    ]),
  )
  return toSearch({ question, query, read, size })
}

interface Read {
  readonly question: string
  readonly query: Query
  readonly read: ReadonlyMap<string, IndexedTerm>
  readonly size: IndexSize
}

const toSearch = ({ question, query, read, size }: Read): OpenSearch => {
  const terms = query.terms.flatMap(({ word }) => read.get(word) ?? [])
  const strict = strictParts(query, read)
  const needed = new Set(query.required.flatMap(({ anyOf }) => anyOf.flat()).map(({ word }) => word))
  return {
    question,
    query,
    terms,
    size,
    meanLength: size.meanLength,
    unread: terms.filter(({ unread }) => unread).map(({ term }) => term),
    weights: new Map(terms.map((indexed) => [indexed.term.word, weightOf(indexed, size)])),
    strict,
    relax: () =>
      query.required.length > 0 && query.terms.some(({ word }) => !needed.has(word))
        ? toSearch({ question, query: { ...query, required: [] }, read, size })
        : null,
    rank(limit, within) {
      const { allows } = strict
      const both = within === undefined ? allows : (record: number): boolean => within.has(record) && (allows === null || allows(record))
      return rank({ terms, size, allows: both, limit })
    },
    explain: (hits) =>
      explain(
        { terms, size },
        hits.map(({ record, parts }) => ({ record, part: parts[0]?.part ?? 0 })),
      ),
  }
}
