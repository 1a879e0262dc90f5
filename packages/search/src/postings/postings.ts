import { ByteReader, type ByteWriter, createByteWriter } from './bytes.js'

/** A record is divided into at most so many documents. */
export const MAX_PARTS = 16_384

/** One document that holds a term. */
export interface Posting {
  /** Number of the record in the index. */
  readonly record: number
  /** Which part of the record, from 0. */
  readonly part: number
  /** See packCount and packLength. */
  readonly count: number
  readonly length: number
}

/** Writes postings of one term, by record and part. Numbers of records are kept relative to `base`. */
export interface PostingWriter {
  /** `count` and `length` as one byte each, see packCount and packLength. */
  add(record: number, part: number, count: number, length: number): void
  /** Begins with another term; what was written is gone. */
  restart(): void
  readonly bytes: ByteWriter
}

export const createPostingWriter = (base: number): PostingWriter => {
  const bytes = createByteWriter(256)
  let last = base
  return {
    add(record, part, count, length) {
      bytes.number((record - last) * 2 + (part > 0 ? 1 : 0))
      if (part > 0) bytes.number(part)
      bytes.byte(count)
      bytes.byte(length)
      last = record
    },
    restart() {
      bytes.clear()
      last = base
    },
    bytes,
  }
}

/** The postings of one term, in the order they were written. */
export const readPostings = (data: Uint8Array, base: number): readonly Posting[] => {
  const postings: Posting[] = []
  const reader = new ByteReader(data)
  let record = base
  while (!reader.done) {
    const step = reader.number()
    record += Math.floor(step / 2)
    const part = step % 2 === 0 ? 0 : reader.number()
    postings.push({ record, part, count: reader.byte(), length: reader.byte() })
  }
  return postings
}

/** A term with its postings, as a slot of a segment holds it. */
export interface TermPostings {
  readonly term: string
  readonly documents: number
  readonly data: Uint8Array
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const writeTerm = (writer: ByteWriter, { term, documents, data }: TermPostings): void => {
  if (!writer.shortText(term)) {
    const name = encoder.encode(term)
    writer.number(name.length)
    writer.bytes(name)
  }
  writer.number(documents)
  writer.number(data.length)
  writer.bytes(data)
}

/** All terms of a slot, in their order. */
export const readTerms = (slot: Uint8Array): readonly TermPostings[] => {
  const terms: TermPostings[] = []
  const reader = new ByteReader(slot)
  while (!reader.done) {
    const term = decoder.decode(reader.slice(reader.number()))
    const documents = reader.number()
    terms.push({ term, documents, data: reader.slice(reader.number()) })
  }
  return terms
}

/** One term of a slot; null when it is not there. */
export const findTerm = (slot: Uint8Array, term: string): TermPostings | null => {
  const wanted = encoder.encode(term)
  const reader = new ByteReader(slot)
  while (!reader.done) {
    const name = reader.slice(reader.number())
    const documents = reader.number()
    const data = reader.slice(reader.number())
    if (isEqual(name, wanted)) return { term, documents, data }
  }
  return null
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let n = 0; n < a.length; n += 1) if (a[n] !== b[n]) return false
  return true
}
