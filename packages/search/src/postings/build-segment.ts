import type { AnalyzedDocument } from '../analysis/analyze.js'
import { createByteWriter } from './bytes.js'
import { packCount, packLength } from './norms.js'
import { createPostingWriter, type TermPostings, writeTerm } from './postings.js'
import { bucketBits, bucketSlot, hashTerm, LARGE_TERM, largeSlot } from './slots.js'

/** A part of the index that never changes: the postings of some records. */
export interface Segment {
  /** The lowest and highest number of a record in it. */
  readonly base: number
  readonly last: number
  readonly documents: number
  /** Sum of the lengths of the documents. */
  readonly length: number
  /** How many bits of a term's hash choose its bucket. */
  readonly bits: number
  readonly slots: readonly { readonly slot: number; readonly data: Uint8Array }[]
}

/** A document with its place. */
export interface PlacedDocument extends AnalyzedDocument {
  readonly record: number
  readonly part: number
}

/** A segment out of documents that come by record and part, ascending. */
export const buildSegment = (documents: readonly PlacedDocument[]): Segment => {
  const base = documents[0]?.record ?? 0
  const numbers = new Map<string, number>()
  const postings = collectPostings(documents, numbers)
  const terms = writeTerms([...numbers.keys()], postings, base)
  const bits = bucketBits(terms.reduce((sum, { term, data }) => sum + term.length + data.length + 4, 0))
  const length = documents.reduce((sum, document) => sum + document.length, 0)
  return { base, last: documents.at(-1)?.record ?? 0, documents: documents.length, length, bits, slots: toSlots(terms, bits) }
}

/** Postings of all terms in plain columns: an object for each of a hundred thousand costs more than all the rest. */
interface PostingColumns {
  readonly term: Uint32Array
  /** Place of the document in the segment. */
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

/** Sorts the postings by term, keeping the order of the documents, and writes each term's. */
const writeTerms = (names: readonly string[], columns: PostingColumns, base: number): readonly HashedTerm[] => {
  const begins = new Uint32Array(names.length + 1)
  for (const term of columns.term) begins[term + 1] = (begins[term + 1] ?? 0) + 1
  for (let n = 1; n < begins.length; n += 1) begins[n] = (begins[n] ?? 0) + (begins[n - 1] ?? 0)
  const order = new Uint32Array(columns.term.length)
  const next = begins.slice()
  for (const [at, term] of columns.term.entries()) {
    const place = next[term] ?? 0
    order[place] = at
    next[term] = place + 1
  }
  const lengths = Uint8Array.from(columns.documents, ({ length }) => packLength(length))
  const writer = createPostingWriter(base)
  return names.map((term, n) => {
    const postings = order.subarray(begins[n], begins[n + 1])
    writer.restart()
    for (const at of postings) {
      const place = columns.document[at] ?? 0
      const document = columns.documents[place]
      if (document !== undefined) writer.add(document.record, document.part, columns.count[at] ?? 0, lengths[place] ?? 0)
    }
    return { term, documents: postings.length, data: writer.bytes.view().slice(), hash: hashTerm(term) }
  })
}

type HashedTerm = TermPostings & { readonly hash: number }

/** Terms with their hashes put into the slots of a segment; in the order of their hashes when they come in it. */
export const toSlots = (terms: readonly HashedTerm[], bits: number): Segment['slots'] => {
  const slots = new Map<number, ReturnType<typeof createByteWriter>>()
  for (const term of terms) {
    const slot = term.data.length > LARGE_TERM ? largeSlot(term.hash) : bucketSlot(term.hash, bits)
    let writer = slots.get(slot)
    if (writer === undefined) {
      writer = createByteWriter(256)
      slots.set(slot, writer)
    }
    writeTerm(writer, term)
  }
  return [...slots].map(([slot, writer]) => ({ slot, data: writer.view() }))
}
