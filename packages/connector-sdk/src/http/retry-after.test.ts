import { describe, expect, it } from 'vitest'
import { parseRateLimitReset, parseRetryAfter } from './retry-after.js'

const now = new Date('2026-11-21T12:00:00Z')
const DAY = 86_400_000

describe('parseRetryAfter', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['1.5', 1500],
    [' 5 ', 5000],
    ['86400', DAY],
    ['172800', DAY],
    ['Sat, 21 Nov 2026 12:01:00 GMT', 60_000],
    ['Saturday, 21-Nov-26 12:01:00 GMT', 60_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['Mon, 23 Nov 2026 12:00:00 GMT', DAY],
    ['Sat, 21 Nov 2099 12:00:00 GMT', undefined],
    ['99999999999', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['1e9', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['2026-11-21T12:01:00Z', undefined],
    ['Sat, 99 Foo 2026 12:01:00 GMT', undefined],
    [undefined, undefined],
  ])('%j means %j ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected)
  })
})

describe('parseRateLimitReset', () => {
  it.each([
    ['30', 30_000],
    [String(now.getTime() / 1000 + 90), 90_000],
    [String(now.getTime() / 1000 - 90), 0],
    ['x', undefined],
    [undefined, undefined],
  ])('%j means %j ms', (value, expected) => {
    expect(parseRateLimitReset(value, now)).toBe(expected)
  })
})
