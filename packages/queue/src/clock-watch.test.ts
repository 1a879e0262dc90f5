import { hostname } from 'node:os'
import { until } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClockWatch, shareSkew, skewBetween, startClockWatch } from './clock-watch.js'

describe('the clock watch', () => {
  const open: ClockWatch[] = []
  afterEach(() => open.splice(0).forEach((watch) => watch.stop()))

  const setUp = (skewMs: () => Promise<number>) => {
    const seen: string[] = []
    const clock = { wall: 1_000, monotonic: 500 }
    const watch = startClockWatch({
      readSkewMs: skewMs,
      onRight: () => seen.push('right'),
      onWrong: (problem) => seen.push(problem),
      clocks: { wall: () => clock.wall, monotonic: () => clock.monotonic },
    })
    open.push(watch)
    return { watch, seen, clock }
  }

  it.each([3_600_000, -3_600_000, 2_100])('starts nothing with a clock that is %s ms off', async (skewMs) => {
    const { watch, seen } = setUp(async () => skewMs)
    expect(watch.problem()).toContain('not been compared')
    await until(() => seen.length > 0)
    expect(seen).toEqual([expect.stringContaining(`${Math.abs(skewMs / 1_000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the`)])
    expect(watch.problem()).toContain(hostname())
    expect(watch.problem()).toBe(seen[0])
  })

  it('starts with a correct clock, but not before it has a response', async () => {
    let asked = 0
    const away = setUp(async () => Promise.reject(new Error(`away ${++asked}`)))
    await until(() => asked === 1)
    expect([away.seen, away.watch.problem()]).toEqual([[], expect.stringContaining('not been compared')])
    const good = setUp(async () => 1_900)
    await until(() => good.seen.length === 1)
    expect([good.seen, good.watch.problem()]).toEqual([['right'], null])
  })

  it('stops at once when the clock is set, until it is found right', async () => {
    let skewMs = 0
    const { watch, seen, clock } = setUp(async () => skewMs)
    await until(() => seen.length === 1)
    skewMs = 3_600_000
    clock.wall += 3_600_000
    await until(() => watch.problem() !== null)
    await until(() => watch.problem()?.includes('3600.0 s'))
    expect(seen).toHaveLength(2)
    skewMs = 0
    clock.wall -= 3_600_000
    await until(() => watch.problem() === null)
    expect(seen).toEqual(['right', expect.any(String), 'right'])
    // A machine that slept: both clocks are right again.
    clock.wall += 60_000
    await until(() => seen.length === 5)
    expect([seen.at(-1), watch.problem()]).toEqual(['right', null])
  })
})

describe('shareSkew', () => {
  it('asks the server once for all, shows a step of the clock at once, and asks again later or after a failure', async () => {
    const clock = { wall: 1_000, monotonic: 500 }
    let asked = 0
    const read = shareSkew(
      async () => {
        asked += 1
        if (asked === 2) throw new Error('away')
        return 40
      },
      { wall: () => clock.wall, monotonic: () => clock.monotonic },
    )
    expect(await Promise.all([read(), read()])).toEqual([40, 40])
    clock.wall += 60_000
    expect([await read(), asked]).toEqual([60_040, 1])
    clock.monotonic += 10_000
    clock.wall -= 50_000
    await expect(read()).rejects.toThrow('away')
    expect([await read(), asked]).toEqual([40, 3])
  })
})

describe('skewBetween', () => {
  it('allows for the round trip', () => {
    expect(skewBetween(1_000, 1_500, 2_000)).toBe(0)
    expect(skewBetween(1_000, 900, 2_000)).toBe(100)
    expect(skewBetween(1_000, 2_300, 2_000)).toBe(-300)
  })
})
