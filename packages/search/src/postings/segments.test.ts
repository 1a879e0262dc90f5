import { describe, expect, it } from 'vitest'
import { buildSegment, type PlacedDocument } from './build-segment.js'
import { mergePostings } from './merge.js'
import { LENGTHS, packLength } from './norms.js'
import { planMerge } from './plan-merge.js'
import { findTerms, readPostings, readTerms, wantTerms } from './postings.js'
import { bucketSlot, hashTerm, isLargeSlot, largeSlot } from './slots.js'

const document = (record: number, terms: Readonly<Record<string, number>>, part = 0): PlacedDocument => ({
  record,
  part,
  terms: new Map(Object.entries(terms)),
  length: 10,
})
const find = (segment: ReturnType<typeof buildSegment>, term: string) => {
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
    for (let n = 0; n < 9_000; n += 500) expect(find(segment, `term${n}`)?.documents).toBe(1)
    expect(segment.slots.flatMap(({ data }) => readTerms(data)).length).toBe(9_001)
  })
})

describe('merging', () => {
  const partOf = (...records: readonly number[]) => {
    const segment = buildSegment(records.map((record) => document(record, { x: 8 })))
    return { base: segment.base, data: find(segment, 'x')?.data ?? new Uint8Array() }
  }
  const all = { keeps: () => true }

  it('keeps the order of records whether segments overlap or not', () => {
    const apart = mergePostings('x', [partOf(7, 9), partOf(1, 5)], 1, all)
    const crossed = mergePostings('x', [partOf(1, 9), partOf(5, 7)], 1, all)
    for (const merged of [apart, crossed]) expect(places(merged?.data ?? new Uint8Array(), 1).map(([record]) => record)).toEqual([1, 5, 7, 9])
  })

  it('leaves out what is gone', () => {
    expect(mergePostings('x', [partOf(1, 2, 3)], 1, { keeps: (record) => record === 2 })?.documents).toBe(1)
    expect(mergePostings('x', [partOf(1, 2, 3)], 1, { keeps: () => false })).toBeNull()
  })

  it('takes segments of like size, the small ones first, and leaves few alone', () => {
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
