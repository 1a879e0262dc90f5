import type { AnalyzedDocument } from '../analysis/analyze.js'
import { packCount, packLength } from './norms.js'
import { createPostingWriter, writeTerm } from './postings.js'
import { bucketBits, createSlots, hashTerm, type Slot } from './slots.js'

/** An immutable part of the index: the postings of some records. */
export interface Segment {
  /** The lowest and highest record number in it. */
  readonly base: number
  readonly last: number
  readonly documents: number
  /** Sum of the lengths of the documents. */
  readonly length: number
  /** How many bits of a term's hash choose its bucket. */
  readonly bits: number
  readonly slots: readonly Slot[]
}

/** A document with its position. */
export interface PlacedDocument extends AnalyzedDocument {
  readonly record: number
  readonly part: number
}

/** Builds a segment from documents sorted by record and part. */
export const buildSegment = (documents: readonly PlacedDocument[]): Segment => {
  const base = documents[0]?.record ?? 0
  const numbers = new Map<string, number>()
  const columns = collectPostings(documents, numbers)
  const terms = sortByTerm([...numbers.keys()], columns)
  const { bytes, ends } = writePostings(terms, columns, base)
  const bits = bucketBits(bytes.length + terms.names.reduce((sum, name) => sum + name.length + 4, 0))
  const slots = createSlots(bits)
  for (const [n, name] of terms.names.entries()) {
    const [from, to] = [ends[n - 1] ?? 0, ends[n] ?? 0]
    const documentCount = (terms.begins[n + 1] ?? 0) - (terms.begins[n] ?? 0)
    writeTerm(slots.of(hashTerm(name), to - from), name, documentCount, { source: bytes, from, to })
  }
  const length = documents.reduce((sum, document) => sum + document.length, 0)
  return { base, last: documents.at(-1)?.record ?? 0, documents: documents.length, length, bits, slots: slots.all() }
}

/** Postings of all terms in plain columns: an object for each of a hundred thousand would cost more than all the rest. */
interface PostingColumns {
  readonly term: Uint32Array
  /** Index of the document in the segment. */
  readonly document: Uint32Array
  readonly count: Uint8Array
  readonly documents: readonly PlacedDocument[]
}

const collectPostings = (documents: readonly PlacedDocument[], numbers: Map<string, number>): PostingColumns => {
  const size = documents.reduce((sum, { terms }) => sum + terms.size, 0)
  const columns = { term: new Uint32Array(size), document: new Uint32Array(size), count: new Uint8Array(size), documents }
  let at = 0
  for (const [place, { terms }] of documents.entries())
    for (const [term, count] of terms) {
      let number = numbers.get(term)
      if (number === undefined) {
        number = numbers.size
        numbers.set(term, number)
      }
      columns.term[at] = number
      columns.document[at] = place
      columns.count[at] = packCount(count)
      at += 1
    }
  return columns
}

interface SortedPostings {
  readonly names: readonly string[]
  /** Where the postings of each term begin in `order`. */
  readonly begins: Uint32Array
  /** Indexes into the columns, by term. */
  readonly order: Uint32Array
}

/** Sorts the postings by term, keeping the order of the documents. */
const sortByTerm = (names: readonly string[], { term: terms }: PostingColumns): SortedPostings => {
  const begins = new Uint32Array(names.length + 1)
  for (const term of terms) begins[term + 1] = (begins[term + 1] ?? 0) + 1
  for (let n = 1; n < begins.length; n += 1) begins[n] = (begins[n] ?? 0) + (begins[n - 1] ?? 0)
  const order = new Uint32Array(terms.length)
  const next = begins.slice()
  for (let at = 0; at < terms.length; at += 1) {
    const term = terms[at] ?? 0
    const place = next[term] ?? 0
    order[place] = at
    next[term] = place + 1
  }
  return { names, begins, order }
}

/** Writes the postings of all terms back to back: most have one, and a buffer of its own would cost more than its contents. */
const writePostings = (
  { names, begins, order }: SortedPostings,
  columns: PostingColumns,
  base: number,
): { readonly bytes: Uint8Array; readonly ends: Uint32Array } => {
  const lengths = Uint8Array.from(columns.documents, ({ length }) => packLength(length))
  const ends = new Uint32Array(names.length)
  const writer = createPostingWriter(base)
  for (let term = 0; term < names.length; term += 1) {
    writer.next()
    const end = begins[term + 1] ?? 0
    for (let n = begins[term] ?? 0; n < end; n += 1) {
      const at = order[n] ?? 0
      const place = columns.document[at] ?? 0
      const document = columns.documents[place]
      if (document !== undefined) writer.add(document.record, document.part, columns.count[at] ?? 0, lengths[place] ?? 0)
    }
    ends[term] = writer.bytes.length
  }
  return { bytes: writer.bytes.view(), ends }
}
