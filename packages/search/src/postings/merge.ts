import { ByteReader } from './bytes.js'
import { createPostingWriter, type TermPostings } from './postings.js'

/** Postings of one term in one segment. */
export interface MergePart {
  readonly data: Uint8Array
  readonly base: number
}

/**
 * One list out of several of the same term, by record and part, without the records that are gone. Segments may
 * overlap: two transactions take numbers side by side.
 */
export const mergePostings = (term: string, parts: readonly MergePart[], base: number, isAlive: (record: number) => boolean): TermPostings | null => {
  const postings: { readonly record: number; readonly part: number; readonly count: number; readonly length: number }[] = []
  for (const part of parts) {
    const reader = new ByteReader(part.data)
    let record = part.base
    while (!reader.done) {
      const step = reader.number()
      record += Math.floor(step / 2)
      const place = step % 2 === 0 ? 0 : reader.number()
      const [count, length] = [reader.byte(), reader.byte()]
      if (isAlive(record)) postings.push({ record, part: place, count, length })
    }
  }
  if (postings.length === 0) return null
  if (parts.length > 1) postings.sort((a, b) => a.record - b.record || a.part - b.part)
  const writer = createPostingWriter(base)
  for (const { record, part, count, length } of postings) writer.add(record, part, count, length)
  return { term, documents: postings.length, data: writer.bytes.view() }
}
