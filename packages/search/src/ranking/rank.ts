import { ByteReader } from '../postings/bytes.js'
import { MAX_PARTS } from '../postings/postings.js'
import type { QueryTerm } from '../query/query.js'
import { type Accumulator, createAccumulator } from './accumulator.js'
import { inverseFrequency, termFactors } from './bm25.js'
import { type ScoredPart, selectBest } from './select-best.js'

/** Postings of a term in one segment. */
export interface PostingList {
  readonly data: Uint8Array
  readonly base: number
}

/** A term of the question with its entry in the index. */
export interface IndexedTerm {
  readonly term: QueryTerm
  /** How many documents contain it. */
  readonly documents: number
  readonly lists: readonly PostingList[]
  /** It is so frequent that its postings were not read: it counts only where texts are examined. */
  readonly unread: boolean
}

export interface IndexSize {
  readonly documents: number
  /** Mean length of a document in words. */
  readonly meanLength: number
  /** Lowest and highest record number. */
  readonly base: number
  readonly last: number
}

export interface RankRequest {
  readonly terms: readonly IndexedTerm[]
  readonly size: IndexSize
  /** Whether a record may be a hit; null: all may. */
  readonly allows: ((record: number) => boolean) | null
  /** The most hits to return. */
  readonly limit: number
}

export interface RankedHit {
  readonly record: number
  readonly score: number
  /** Parts of the record with their own scores, best first. */
  readonly parts: readonly { readonly part: number; readonly score: number }[]
}

export interface Ranking {
  /** Best first. */
  readonly hits: readonly RankedHit[]
  /** Whether there are more, lower-ranked ones. */
  readonly more: boolean
  /** Bounds of how many records match; the upper one is infinite when frequent words were not looked up for all records. */
  readonly matches: { readonly atLeast: number; readonly atMost: number }
}

/** With this many candidates already, a word that occurs in many documents only adds to their scores. */
const ENOUGH = 100_000
const FREQUENT = 0.02
/** How much the second-best part of a record adds to the best. */
const SECOND_PART = 0.2

/** Ranks by BM25, the rarest term first. For a long question, documents that contain only its most frequent words are left out. */
export const rank = ({ terms, size, allows, limit }: RankRequest): Ranking => {
  const factors = termFactors(size.meanLength)
  const rarestFirst = [...terms].sort((a, b) => a.documents - b.documents)
  const scores = createAccumulator(size.base, size.last)
  let left = terms.some(({ unread }) => unread)
  for (const indexed of rarestFirst) {
    const only = scores.size >= ENOUGH && indexed.documents > size.documents * FREQUENT
    left ||= only
    addTerm(scores, indexed, { factors, weight: weightOf(indexed, size), allows, only })
  }
  const best = selectBest(scores, limit * 2)
  const hits = toHits(best.entries)
  return {
    hits: hits.slice(0, limit),
    more: left || best.more || hits.length > limit,
    matches: { atLeast: scores.firstParts, atMost: left ? Number.POSITIVE_INFINITY : scores.size },
  }
}

/** Returns the most a term can add to a score. */
export const weightOf = ({ term, documents }: IndexedTerm, size: IndexSize): number => term.weight * inverseFrequency(documents, size.documents)

interface Adding {
  readonly factors: Float32Array
  readonly weight: number
  readonly allows: ((record: number) => boolean) | null
  readonly only: boolean
}

// This loop runs for every posting that a question reads, so it decodes in place.
const addTerm = (scores: Accumulator, { lists }: IndexedTerm, { factors, weight, allows, only }: Adding): void => {
  // First parts, as nearly all are, are added here: a call for each would take as long as everything else.
  const { dense, base: first } = scores
  let added = 0
  for (const { data, base } of lists) {
    const reader = new ByteReader(data)
    let record = base
    for (let at = 0; at < data.length; ) {
      let step = data[at] ?? 0
      if (step < 128) at += 1
      else {
        reader.at = at
        step = reader.number()
        at = reader.at
      }
      record += step < 0x7f_ff_ff_ff ? step >>> 1 : Math.floor(step / 2)
      let part = 0
      if ((step & 1) === 1) {
        reader.at = at
        part = reader.number()
        at = reader.at
      }
      const factor = factors[(data[at] ?? 0) * 256 + (data[at + 1] ?? 0)] ?? 0
      at += 2
      if (allows !== null && !allows(record)) continue
      const place = record - first
      if (part !== 0 || place >= dense.length) {
        scores.add(record, part, weight * factor, only)
        continue
      }
      const known = dense[place] ?? 0
      if (known === 0) {
        if (only) continue
        added += 1
      }
      dense[place] = known + weight * factor
    }
  }
  scores.grow(added)
}

const toHits = (entries: readonly ScoredPart[]): RankedHit[] => {
  const parts = new Map<number, { part: number; score: number }[]>()
  for (const { record, part, score } of entries) {
    const known = parts.get(record)
    if (known === undefined) parts.set(record, [{ part, score }])
    else known.push({ part, score })
  }
  return [...parts]
    .map(([record, all]) => {
      all.sort((a, b) => b.score - a.score || a.part - b.part)
      return { record, score: (all[0]?.score ?? 0) + SECOND_PART * (all[1]?.score ?? 0), parts: all.slice(0, 3) }
    })
    .sort((a, b) => b.score - a.score || a.record - b.record)
}

/** Returns what each term adds to the scores of these parts of records, largest first; for explanations. */
export const explain = (
  { terms, size }: Pick<RankRequest, 'terms' | 'size'>,
  places: readonly { readonly record: number; readonly part: number }[],
): ReadonlyMap<number, readonly { readonly word: string; readonly weight: number }[]> => {
  const wanted = new Map(places.map(({ record, part }) => [record * MAX_PARTS + part, new Map<string, number>()]))
  const factors = termFactors(size.meanLength)
  for (const indexed of terms) {
    const collected: Accumulator = {
      size: 0,
      firstParts: 0,
      dense: new Float32Array(0),
      base: 0,
      grow: () => {},
      forEachOther: () => {},
      add: (record, part, score) => {
        const words = wanted.get(record * MAX_PARTS + part)
        words?.set(indexed.term.word, (words.get(indexed.term.word) ?? 0) + score)
      },
    }
    addTerm(collected, indexed, { factors, weight: weightOf(indexed, size), allows: null, only: false })
  }
  return new Map(
    [...wanted].map(([key, words]) => [
      Math.floor(key / MAX_PARTS),
      [...words].map(([word, weight]) => ({ word, weight })).sort((a, b) => b.weight - a.weight),
    ]),
  )
}
