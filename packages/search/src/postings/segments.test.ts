import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildSegment, type PlacedDocument, type Segment } from './build-segment.js'
import { createSegmentMerger, type PostingFilter, planMerge } from './merge.js'
import { LENGTHS, packLength } from './norms.js'
import { findTerms, readPostings, wantTerms } from './postings.js'
import { bucketSlot, hashTerm, isLargeSlot, largeSlot } from './slots.js'

const document = (record: number, terms: Readonly<Record<string, number>>, part = 0): PlacedDocument => ({
  record,
  part,
  terms: new Map(Object.entries(terms)),
  length: 10,
})
const find = (segment: Pick<Segment, 'bits' | 'slots'>, term: string) => {
  const hash = hashTerm(term)
  const slots = segment.slots.filter(({ slot }) => slot === bucketSlot(hash, segment.bits) || slot === largeSlot(hash))
  return slots.flatMap(({ data }) => findTerms(data, wantTerms([term])))[0]
}
const places = (data: Uint8Array, base: number) => readPostings(data, base).map(({ record, part }) => [record, part])

describe('a segment', () => {
  it('gives back every posting, whatever the numbers of the records', () => {
    const far = 2 ** 40
    const segment = buildSegment([
      document(far, { zebra: 9, 日本: 8, 'a/b': 8 }),
      document(far + 1, { zebra: 8 }),
      document(far + 1, { zebra: 8, ü: 1 }, 1),
      document(far + 2 ** 33, { zebra: 17 }, 16_383),
    ])
    expect(segment).toMatchObject({ base: far, last: far + 2 ** 33, documents: 4, length: 40 })
    expect(find(segment, 'zebra')?.documents).toBe(4)
    expect(places(find(segment, 'zebra')?.data ?? new Uint8Array(), far)).toEqual([
      [far, 0],
      [far + 1, 0],
      [far + 1, 1],
      [far + 2 ** 33, 16_383],
    ])
    for (const term of ['日本', 'a/b', 'ü']) expect(find(segment, term)?.term).toBe(term)
    expect(find(segment, 'zebr')).toBeUndefined()
  })

  it('spreads many terms over slots, and gives a frequent one its own', () => {
    const segment = buildSegment(Array.from({ length: 9_000 }, (_, n) => document(n + 1, { common: 8, [`term${n}`]: 8 })))
    expect(segment.bits).toBeGreaterThan(3)
    expect(segment.slots.some(({ slot }) => isLargeSlot(slot))).toBe(true)
    expect(find(segment, 'common')?.documents).toBe(9_000)
    for (let n = 0; n < 9_000; n += 1) expect(find(segment, `term${n}`)?.documents).toBe(1)
  })
})

const ALL: PostingFilter = { keeps: () => true }
const LAST_HASH = 2 ** 32 - 1

/** By ranges of hashes, as large segments are merged. */
const merge = (segments: readonly Segment[], { bits = 0, filter = ALL, ranges = 1 } = {}) => {
  const base = Math.min(...segments.map((segment) => segment.base))
  const slots = Array.from({ length: ranges }, (_, n) => {
    const [low, high] = [Math.ceil((n * (LAST_HASH + 1)) / ranges), Math.ceil(((n + 1) * (LAST_HASH + 1)) / ranges) - 1]
    const merger = createSegmentMerger()
    for (const segment of segments) for (const { data } of segment.slots) merger.add(data, segment.base, low, high)
    return merger.toSlots({ bits, base }, filter)
  })
  return { base, bits, slots: slots.flat() }
}
const recordsOf = (merged: ReturnType<typeof merge>, term: string) =>
  places(find(merged, term)?.data ?? new Uint8Array(), merged.base).map(([record]) => record)

describe('merging', () => {
  const partOf = (...records: readonly number[]) => buildSegment(records.map((record) => document(record, { x: 8 })))

  it('keeps the order of records whether segments overlap or not', () => {
    expect(recordsOf(merge([partOf(7, 9), partOf(1, 5)]), 'x')).toEqual([1, 5, 7, 9])
    expect(recordsOf(merge([partOf(1, 9), partOf(5, 7)]), 'x')).toEqual([1, 5, 7, 9])
  })

  it('leaves out what is gone', () => {
    expect(recordsOf(merge([partOf(1, 2, 3)], { filter: { keeps: (record) => record === 2 } }), 'x')).toEqual([2])
    expect(merge([partOf(1, 2, 3)], { filter: { keeps: () => false } }).slots).toEqual([])
  })

  it('yields what one segment of all the documents would be, whatever they contain', () => {
    const TERMS = [
      'a',
      'b',
      'zebra',
      'src/main.ts',
      'ü',
      '日本',
      '🦓',
      'x'.repeat(130),
      'constructor',
      '__proto__',
      ...Array.from({ length: 50 }, (_, n) => `t${n}`),
    ]
    const documents = fc.uniqueArray(
      fc.record({ record: fc.nat(300), part: fc.nat(2), terms: fc.uniqueArray(fc.constantFrom(...TERMS), { maxLength: 8 }), segment: fc.nat(4) }),
      { minLength: 1, maxLength: 60, selector: ({ record, part }) => `${record} ${part}` },
    )
    // Found by chance: parts of one record in two segments that begin with it.
    const PARTS_APART = [0, 1].map((n) => ({ record: 300, part: n, terms: ['src/main.ts'], segment: n }))
    fc.assert(
      fc.property(documents, fc.constantFrom(1, 3, 16), fc.constantFrom(0, 4), (given, ranges, bits) => {
        const placed = given
          .map(({ terms, record, part, segment }) => ({
            segment,
            document: { record: record + 1, part, terms: new Map(terms.map((term) => [term, 8])), length: 10 },
          }))
          .sort((a, b) => a.document.record - b.document.record || a.document.part - b.document.part)
        const build = (own: typeof placed) => buildSegment(own.map((each) => each.document))
        const apart = [0, 1, 2, 3, 4].map((n) => placed.filter(({ segment }) => segment === n)).filter((own) => own.length > 0)
        const merged = merge(apart.map(build), { ranges, bits })
        const whole = build(placed)
        for (const term of TERMS)
          expect([term, places(find(merged, term)?.data ?? new Uint8Array(), merged.base), find(merged, term)?.documents]).toEqual([
            term,
            places(find(whole, term)?.data ?? new Uint8Array(), whole.base),
            find(whole, term)?.documents,
          ])
      }),
      { examples: [[PARTS_APART, 1, 0]] },
    )
  })

  it('takes segments of similar size, the small ones first, and leaves few alone', () => {
    const of = (...documents: readonly number[]) => documents.map((count) => ({ documents: count }))
    expect(planMerge(of(1, 1, 1_000_000))).toEqual([])
    expect(planMerge(of(...Array.from({ length: 8 }, () => 500), 100_000)).length).toBe(8)
    expect(planMerge(of(...Array.from({ length: 300 }, () => 3))).length).toBe(64)
    expect(planMerge(of(...Array.from({ length: 9 }, () => 9_000_000)))).toEqual([])
  })
})

describe('lengths', () => {
  it('are kept within three percent', () => {
    for (const length of [0, 1, 18, 19, 100, 1_000, 123_456])
      expect(Math.abs((LENGTHS[packLength(length)] ?? 0) - length)).toBeLessThanOrEqual(length * 0.03)
  })
})
