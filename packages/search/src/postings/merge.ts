import { ByteReader } from './bytes.js'
import { createPostingWriter, type PostingWriter, writeTerm } from './postings.js'
import { createSlots, hashName, type Slot } from './slots.js'
import { createTermTable } from './term-table.js'

/** Which documents to keep. */
export interface PostingFilter {
  keeps(record: number, part: number, packedLength: number): boolean
}

/** Collects what several segments contain for the same terms. Nothing is copied: the added bytes must not change. */
export interface SegmentMerger {
  /** Adds the terms of a slot whose hashes are between `low` and `high`; `base` is that of its segment. */
  add(slot: Uint8Array, base: number, low: number, high: number): void
  /** Returns one list per term, by record and part, in the slots of the new segment: without dropped documents, and relative to its base. */
  toSlots(target: { readonly bits: number; readonly base: number }, filter: PostingFilter): readonly Slot[]
}

/** Postings of one term in one segment. */
interface Part {
  readonly reader: ByteReader
  readonly base: number
  readonly from: number
  readonly to: number
}

export const createSegmentMerger = (): SegmentMerger => {
  const table = createTermTable()
  // Columns, since most of a million terms have one part: where each begins and ends, and the next one of its term.
  const [readers, bases]: [ByteReader[], number[]] = [[], []]
  const [partSlots, froms, tos, nexts]: [number[], number[], number[], number[]] = [[], [], [], []]
  const partsOf = (term: number): Part[] => {
    const parts: Part[] = []
    for (let part = table.valueOf(term); part !== -1; part = nexts[part] ?? -1) {
      const slot = partSlots[part] ?? 0
      const reader = readers[slot]
      if (reader !== undefined) parts.push({ reader, base: bases[slot] ?? 0, from: froms[part] ?? 0, to: tos[part] ?? 0 })
    }
    return parts
  }
  return {
    add(slot, base, low, high) {
      const reader = new ByteReader(slot)
      readers.push(reader)
      bases.push(base)
      while (!reader.done) {
        const length = reader.number()
        const name = reader.at
        reader.at += length
        reader.number()
        const size = reader.number()
        const from = reader.at
        reader.at += size
        const hash = hashName(slot, name, name + length)
        if (hash < low || hash > high) continue
        const term = table.find(hash, slot, name, name + length)
        nexts.push(table.valueOf(term))
        table.setValue(term, froms.length)
        partSlots.push(readers.length - 1)
        froms.push(from)
        tos.push(from + size)
      }
    },
    toSlots({ bits, base }, filter) {
      const slots = createSlots(bits)
      const writer = createPostingWriter(base)
      for (let term = 0; term < table.size; term += 1) {
        writer.bytes.cut(0)
        writer.next()
        const parts = partsOf(term)
        const documents = writeInTurn(parts, writer, filter) ?? writeSorted(parts, writer, filter)
        if (documents === 0) continue
        const postings = { source: writer.bytes.view(), from: 0, to: writer.bytes.length }
        writeTerm(slots.of(table.hashOf(term), postings.to), table.nameOf(term), documents, postings)
      }
      return slots.all()
    },
  }
}

type Visit = (record: number, part: number, count: number, length: number) => void

const readAll = (parts: readonly Part[], visit: Visit): void => {
  for (const { reader, base, from, to } of parts) {
    reader.at = from
    let record = base
    while (reader.at < to) {
      const step = reader.number()
      record += Math.floor(step / 2)
      visit(record, step % 2 === 0 ? 0 : reader.number(), reader.byte(), reader.byte())
    }
  }
}

/** Returns how many were written; null when the segments overlap, as concurrent transactions may cause. */
const writeInTurn = (parts: Part[], writer: PostingWriter, filter: PostingFilter): number | null => {
  let documents = 0
  let [last, lastPart] = [-1, -1]
  let ordered = true
  if (parts.length > 1) parts.sort((a, b) => a.base - b.base)
  readAll(parts, (record, part, count, length) => {
    if (record < last || (record === last && part < lastPart)) ordered = false
    last = record
    lastPart = part
    if (!ordered || !filter.keeps(record, part, length)) return
    writer.add(record, part, count, length)
    documents += 1
  })
  return ordered ? documents : null
}

const writeSorted = (parts: readonly Part[], writer: PostingWriter, filter: PostingFilter): number => {
  const postings: Parameters<Visit>[] = []
  readAll(parts, (record, part, count, length) => {
    if (filter.keeps(record, part, length)) postings.push([record, part, count, length])
  })
  postings.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  writer.bytes.cut(0)
  writer.next()
  for (const posting of postings) writer.add(...posting)
  return postings.length
}

/** How many segments of similar size are merged into one. */
const FACTOR = 8
const SMALLEST = 2_000
/** The most small segments to merge at once, so that a merge stays short. */
const MAX_SMALL = 64
/** Larger segments are left alone: merging them would take longer than it saves. */
const MAX_DOCUMENTS = 8_000_000

const levelOf = (documents: number): number => Math.max(0, Math.floor(Math.log(Math.max(1, documents) / SMALLEST) / Math.log(FACTOR)) + 1)

/** Returns the segments to merge next, smallest first; none when there are few of each size. Pure. */
export const planMerge = <S extends { readonly documents: number }>(segments: readonly S[]): readonly S[] => {
  const levels = new Map<number, S[]>()
  for (const segment of segments) {
    if (segment.documents >= MAX_DOCUMENTS) continue
    const level = levelOf(segment.documents)
    levels.set(level, [...(levels.get(level) ?? []), segment])
  }
  for (const level of [...levels.keys()].sort((a, b) => a - b)) {
    const own = levels.get(level) ?? []
    if (own.length >= FACTOR) return own.slice(0, level === 0 ? MAX_SMALL : FACTOR)
  }
  return []
}
