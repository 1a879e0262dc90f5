import { describe, expect, it } from 'vitest'
import { classifyDeath, isolationMs, type LostRun, probeDelayMs } from './process-deaths.js'

const lost: LostRun = { holder: 'gone', further: false, alone: false, deaths: 0 }

describe('classifyDeath', () => {
  it.each(['alive', 'unknown'] as const)('counts nothing when the process is %s, however often', (holder) => {
    for (const alone of [true, false])
      expect(classifyDeath({ ...lost, holder, alone, deaths: 7 })).toEqual({ deaths: 7, suspends: false, isolates: true })
    expect(classifyDeath({ ...lost, holder })).toEqual({ deaths: 0, suspends: false, isolates: false })
  })
  it('suspends at the third consecutive death, if it was alone then', () => {
    const verdicts = [0, 1, 2].map((deaths) => classifyDeath({ ...lost, alone: true, deaths }))
    expect(verdicts.map(({ suspends }) => suspends)).toEqual([false, false, true])
  })
  it('never suspends a source that ran beside others, and isolates it from the second death on', () => {
    const verdicts = [0, 1, 2, 30].map((deaths) => classifyDeath({ ...lost, deaths }))
    expect(verdicts.map(({ suspends }) => suspends)).toEqual([false, false, false, false])
    expect(verdicts.map(({ isolates }) => isolates)).toEqual([false, true, true, true])
  })
  it('restarts the count when an attempt got further', () => {
    expect(classifyDeath({ ...lost, alone: true, further: true, deaths: 9 })).toEqual({ deaths: 1, suspends: false, isolates: false })
  })
})

describe('isolationMs and probeDelayMs', () => {
  it('isolate for twice the duration of the last attempt, within bounds', () => {
    expect([0, 29_000, 60_000, 1e9].map(isolationMs)).toEqual([60_000, 60_000, 120_000, 900_000])
  })
  it('try again less and less often', () => {
    expect([0, 3, 4, 5, 50, 5_000].map((deaths) => probeDelayMs(deaths) / 60_000)).toEqual([15, 15, 30, 60, 1_440, 1_440])
  })
})
