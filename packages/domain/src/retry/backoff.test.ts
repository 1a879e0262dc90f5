import { describe, expect, it } from 'vitest'
import { fullJitter, restartDelayMs } from './backoff.js'

describe('fullJitter', () => {
  it('is uniform below a bound that doubles up to the cap', () => {
    const at = (attempt: number, random: number) => fullJitter({ baseMs: 100, capMs: 1_000, attempt, random })
    expect([at(0, 0), at(0, 0.999), at(1, 0.5), at(3, 0.5), at(10, 0.999), at(5_000, 0.5)]).toEqual([0, 99, 100, 400, 999, 500])
  })
})

describe('restartDelayMs', () => {
  it('doubles from 30 s to an hour, between half and the whole of it', () => {
    expect([0, 1, 2, 3, 8, 1_000].map((failures) => restartDelayMs(failures, 0))).toEqual([15_000, 15_000, 30_000, 60_000, 1_800_000, 1_800_000])
    expect(restartDelayMs(1, 0.9999)).toBeLessThanOrEqual(30_000)
  })
})
