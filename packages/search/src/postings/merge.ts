import { ByteReader } from './bytes.js'
import { createPostingWriter, type PostingWriter, type TermPostings } from './postings.js'

/** Postings of one term in one segment. */
export interface SegmentPart {
  readonly data: Uint8Array
  readonly base: number
}

/** Which documents stay. */
export interface PostingFilter {
  keeps(record: number, part: number, packedLength: number): boolean
}

/** One list out of several of the same term, by record and part, without what is gone; null when nothing is left. */
export const mergePostings = (term: string, parts: readonly SegmentPart[], base: number, filter: PostingFilter): TermPostings | null => {
  const writer = createPostingWriter(base)
  const documents = writeInTurn(parts, writer, filter) ?? writeSorted(parts, writer, filter)
  return documents === 0 ? null : { term, documents, data: writer.bytes.view() }
}

type Visit = (record: number, part: number, count: number, length: number) => void

const readAll = (parts: readonly SegmentPart[], visit: Visit): void => {
  for (const { data, base } of parts) {
    const reader = new ByteReader(data)
    let record = base
    while (!reader.done) {
      const step = reader.number()
      record += Math.floor(step / 2)
      visit(record, step % 2 === 0 ? 0 : reader.number(), reader.byte(), reader.byte())
    }
  }
}

/** How many were written; null when the segments overlap, which transactions that run side by side may cause. */
const writeInTurn = (parts: readonly SegmentPart[], writer: PostingWriter, filter: PostingFilter): number | null => {
  let documents = 0
  let last = -1
  let ordered = true
  readAll(
    [...parts].sort((a, b) => a.base - b.base),
    (record, part, count, length) => {
      if (record < last) ordered = false
      last = record
      if (!ordered || !filter.keeps(record, part, length)) return
      writer.add(record, part, count, length)
      documents += 1
    },
  )
  return ordered ? documents : null
}

const writeSorted = (parts: readonly SegmentPart[], writer: PostingWriter, filter: PostingFilter): number => {
  const postings: Parameters<Visit>[] = []
  readAll(parts, (record, part, count, length) => {
    if (filter.keeps(record, part, length)) postings.push([record, part, count, length])
  })
  postings.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  writer.restart()
  for (const posting of postings) writer.add(...posting)
  return postings.length
}
