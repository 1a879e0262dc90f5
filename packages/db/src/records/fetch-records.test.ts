import { describe, expect, it } from 'vitest'
import { countWithin } from './fetch-records.js'

const sized = (...bytes: number[]) => bytes.map((n) => ({ bytes: n }))

describe('countWithin', () => {
  it('stops at the limit or the budget, but never before the first', () => {
    expect(countWithin(sized(1, 1, 1), 2, 100)).toBe(2)
    expect(countWithin(sized(60, 60, 60), 10, 120)).toBe(2)
    expect(countWithin(sized(500, 1), 10, 120)).toBe(1)
    expect(countWithin([], 10, 120)).toBe(0)
  })
})
