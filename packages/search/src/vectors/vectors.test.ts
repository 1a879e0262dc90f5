import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuseRanks, fuseSearches } from '../ranking/fuse-ranks.js'
import { cosine, packVector, signBits } from './vectors.js'

const unit = (values: readonly number[]): Float32Array => {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}
const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }).filter((values) => Math.hypot(...values) > 0.01)

describe('a stored vector', () => {
  it('keeps its cosines', () => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const exact = unit(a).reduce((sum, value, n) => sum + value * (unit(b)[n] ?? 0), 0)
        expect(Math.abs(cosine(unit(a), packVector(unit(b))) - exact)).toBeLessThan(1e-3)
      }),
    )
  })

  it('has a bit for each dimension', () => {
    expect(signBits(Float32Array.of(0.5, -0.5, 0, 1))).toBe('1001')
  })
})

describe('a fusion of ranks', () => {
  const fuse = (a: readonly string[], b: readonly string[], weight: number) =>
    fuseRanks(
      [
        { items: a, weight: 1 },
        { items: b, weight },
      ],
      (item) => item,
    ).map(({ name }) => name)

  it('puts what both found first, and keeps an order that nothing contradicts', () => {
    expect(fuse(['a', 'b', 'c'], ['c', 'd'], 1)).toEqual(['c', 'a', 'b', 'd'])
    expect(fuse(['a', 'b', 'c'], [], 1)).toEqual(['a', 'b', 'c'])
  })

  it('follows one list alone where the other has no weight', () => {
    expect(fuse(['a', 'b', 'c'], ['c', 'b', 'a'], 0)).toEqual(['a', 'b', 'c'])
  })
})

describe('words and meaning as one order', () => {
  const words = Array.from({ length: 12 }, (_, n) => `w${n}`)
  const order = (similar: readonly string[], trust: number, weight = 0.5) => fuseSearches(words, similar, { weight, trust }).map(({ name }) => name)

  it('leaves the first hits to words that answer well, and adds what they missed', () => {
    const fused = order(['new', 'w11'], 0.8)
    expect(fused.slice(0, 10)).toEqual(words.slice(0, 10))
    expect(new Set(fused)).toEqual(new Set([...words, 'new']))
    expect(fused.indexOf('w11')).toBeLessThan(fused.indexOf('w10'))
  })

  it('lets both decide where words answer badly, or both agree on the best', () => {
    expect(order(['new', 'w11'], 0.3).slice(0, 3)).toEqual(['w11', 'w0', 'new'])
    expect(order(['w0', 'w5'], 0.8).slice(0, 2)).toEqual(['w0', 'w5'])
  })

  it('is the order of words where the model has no weight and finds nothing else', () => {
    expect(order([], 0, 0)).toEqual(words)
  })

  it('has falling scores', () => {
    const scores = fuseSearches(words, ['w3', 'new'], { weight: 1, trust: 0.2 }).map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
  })
})
