import { ByteReader, type ByteWriter, createByteWriter } from './bytes.js'

/** The most documents a record is split into. */
export const MAX_PARTS = 16_384

/** One document that contains a term. */
export interface Posting {
  /** Number of the record in the index. */
  readonly record: number
  /** Which part of the record, from 0. */
  readonly part: number
  /** See packCount and packLength. */
  readonly count: number
  readonly length: number
}

/** Writes postings of one term after the other, by record and part. Record numbers are stored relative to `base`. */
export interface PostingWriter {
  /** `count` and `length` as one byte each, see packCount and packLength. */
  add(record: number, part: number, count: number, length: number): void
  /** Starts another term, after what was written. */
  next(): void
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
    next() {
      last = base
    },
    bytes,
  }
}

/** Reads the postings of one term, in the order they were written. */
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

/** A term with its postings, as stored in a slot of a segment. */
export interface TermPostings {
  readonly term: string
  readonly documents: number
  readonly data: Uint8Array
}

const encoder = new TextEncoder()

/** A range of a larger buffer: a view for each of a million terms would cost more than the terms. */
export interface ByteRange {
  readonly source: Uint8Array
  readonly from: number
  readonly to: number
}

/** Writes a term with its postings in the format of a slot. `term`: its name, or the bytes of its name. */
export const writeTerm = (writer: ByteWriter, term: string | ByteRange, documents: number, { source, from, to }: ByteRange): void => {
  if (typeof term !== 'string') {
    writer.number(term.to - term.from)
    writer.range(term.source, term.from, term.to)
  } else if (!writer.shortText(term)) {
    const name = encoder.encode(term)
    writer.number(name.length)
    writer.bytes(name)
  }
  writer.number(documents)
  writer.number(to - from)
  writer.range(source, from, to)
}

/** Terms to look up, by their first byte. */
export type WantedTerms = ReadonlyMap<number, readonly { readonly term: string; readonly name: Uint8Array }[]>

export const wantTerms = (terms: readonly string[]): WantedTerms => {
  const wanted = new Map<number, { term: string; name: Uint8Array }[]>()
  for (const term of new Set(terms)) {
    const name = encoder.encode(term)
    const first = name[0] ?? 0
    wanted.set(first, [...(wanted.get(first) ?? []), { term, name }])
  }
  return wanted
}

/** Finds those of the wanted terms that a slot contains. */
export const findTerms = (slot: Uint8Array, wanted: WantedTerms): readonly TermPostings[] => {
  const found: TermPostings[] = []
  const reader = new ByteReader(slot)
  while (!reader.done) {
    const length = reader.number()
    const from = reader.at
    reader.at += length
    const documents = reader.number()
    const bytes = reader.number()
    const match = wanted.get(slot[from] ?? 0)?.find(({ name }) => name.length === length && standsAt(slot, from, name))
    if (match !== undefined) found.push({ term: match.term, documents, data: slot.subarray(reader.at, reader.at + bytes) })
    reader.at += bytes
  }
  return found
}

const standsAt = (data: Uint8Array, from: number, name: Uint8Array): boolean => {
  for (let n = 0; n < name.length; n += 1) if (data[from + n] !== name[n]) return false
  return true
}
