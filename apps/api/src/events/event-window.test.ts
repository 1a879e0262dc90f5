import { describe, expect, it } from 'vitest'
import { advanceWindow, type EventWindow, watermark } from './event-window.js'

const start: EventWindow = { lastId: 10n, missing: new Map() }
const missingOf = (window: EventWindow): bigint[] => [...window.missing.keys()]

describe('advanceWindow', () => {
  it('remembers skipped ids until they appear', () => {
    const skipped = advanceWindow(start, [11n, 14n], 0)
    expect([skipped.lastId, missingOf(skipped), watermark(skipped)]).toEqual([14n, [12n, 13n], 11n])
    const found = advanceWindow(skipped, [12n], 1_000)
    expect([found.lastId, missingOf(found), watermark(found)]).toEqual([14n, [13n], 12n])
  })
  it('gives up ids that were rolled back', () => {
    const skipped = advanceWindow(start, [12n], 0)
    expect(missingOf(advanceWindow(skipped, [], 29_999))).toEqual([11n])
    const later = advanceWindow(skipped, [], 30_000)
    expect([missingOf(later), watermark(later)]).toEqual([[], 12n])
  })
  it('stays small, however many gaps there are', () => {
    const wide = advanceWindow(start, [10_000_000n], 0)
    expect(wide.missing.size).toBe(1_000)
    expect(missingOf(wide).at(-1)).toBe(9_999_999n)
  })
})
