import { describe, expect, it } from 'vitest'
import { isRechecked, recheckDelayMs } from './recheck.js'

describe('isRechecked', () => {
  it.each<[string | null, boolean]>([
    ['AUTH_FAILED', true],
    ['PERMISSION_DENIED', true],
    ['TLS_FAILED', true],
    ['UNKNOWN_CONNECTOR', true],
    ['POISON_SOURCE', false],
    ['UNREACHABLE', false],
    ['UPSTREAM_INVALID', false],
    ['toString', false],
    [null, false],
  ])('%s: %s', (reason, expected) => expect(isRechecked(reason)).toBe(expected))
})

describe('recheckDelayMs', () => {
  it('doubles from five minutes to a day, and spreads over the second half', () => {
    const minutes = (failures: number, random: number): number => recheckDelayMs(failures, random) / 60_000
    expect([0, 1, 2, 5, 9, 10, 1_000].map((failures) => minutes(failures, 1))).toEqual([5, 5, 10, 80, 1_280, 1_440, 1_440])
    expect([minutes(1, 0), minutes(1_000, 0)]).toEqual([2.5, 720])
  })
})
