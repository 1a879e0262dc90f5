import { ByteReader } from '../postings/bytes.js'
import { MAX_PARTS } from '../postings/postings.js'
import type { Query, QueryTerm, Requirement, WordSequence } from '../query/query.js'
import type { IndexedTerm } from './rank.js'

/** Which records the strict parts of a question leave, as far as the index shows. */
export interface StrictParts {
  /** Null: every record may be a hit. */
  readonly allows: ((record: number) => boolean) | null
  /** Whether there are phrases, which must be checked in the texts. */
  readonly needsText: boolean
}

/** Words of phrases that occur in this many documents are checked only in the texts. */
const FREQUENT = 100_000

/** Returns all terms of the strict parts, including those that are counted anyway. */
export const strictTerms = ({ required, excluded }: Query): readonly QueryTerm[] => [...required, ...excluded].flatMap(({ anyOf }) => anyOf.flat())

export const strictParts = ({ required, excluded }: Query, indexed: ReadonlyMap<string, IndexedTerm>): StrictParts => {
  const needed = required.map((requirement) => recordsThatMay(requirement, indexed))
  const banned = excluded
    .flatMap(({ anyOf }) => anyOf.filter((sequence) => sequence.length === 1))
    .map((sequence) => recordsOf(documentsOf(sequence, indexed)))
  const needsText = [...required, ...excluded].some(({ anyOf }) => anyOf.some((sequence) => sequence.length > 1))
  if (needed.length === 0 && banned.length === 0) return { allows: null, needsText }
  return { allows: (record) => needed.every((records) => records.has(record)) && !banned.some((records) => records.has(record)), needsText }
}

const recordsThatMay = ({ anyOf }: Requirement, indexed: ReadonlyMap<string, IndexedTerm>): ReadonlySet<number> => {
  const records = new Set<number>()
  for (const sequence of anyOf) for (const record of recordsOf(documentsOf(sequence, indexed))) records.add(record)
  return records
}

const recordsOf = (documents: ReadonlySet<number>): ReadonlySet<number> => new Set([...documents].map((key) => Math.floor(key / MAX_PARTS)))

/** Returns the record parts that contain all words of a sequence; ignores its most frequent words if it has a rarer one. */
const documentsOf = (sequence: WordSequence, indexed: ReadonlyMap<string, IndexedTerm>): ReadonlySet<number> => {
  const terms = sequence.map(({ word }) => indexed.get(word)).sort((a, b) => (a?.documents ?? 0) - (b?.documents ?? 0))
  let documents: ReadonlySet<number> | null = null
  for (const term of terms) {
    if (term === undefined || term.documents === 0) return new Set()
    if (documents !== null && term.documents > FREQUENT) break
    const own: ReadonlySet<number> = keysOf(term)
    documents = documents === null ? own : intersection(documents, own)
  }
  return documents ?? new Set()
}

const intersection = (a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> => new Set([...a].filter((key) => b.has(key)))

const keysOf = ({ lists }: IndexedTerm): ReadonlySet<number> => {
  const keys = new Set<number>()
  for (const { data, base } of lists) {
    const reader = new ByteReader(data)
    let record = base
    while (!reader.done) {
      const step = reader.number()
      record += Math.floor(step / 2)
      keys.add(record * MAX_PARTS + (step % 2 === 1 ? reader.number() : 0))
      reader.at += 2
    }
  }
  return keys
}
