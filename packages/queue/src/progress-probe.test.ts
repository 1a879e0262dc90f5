import { describe, expect, it } from 'vitest'
import { createProgressProbe } from './progress-probe.js'

const MINUTE = 60_000

const setUp = () => {
  const state = { nowMs: 0, waiting: 5, active: 0, progressAt: 0, clock: null as string | null, answers: true }
  const probe = createProgressProbe({
    queues: {
      counts: async () => {
        if (!state.answers) throw new Error('away')
        return { 'ingestion-scribe': { waiting: state.waiting } } as never
      },
    },
    consumers: [{ queue: 'ingestion-scribe', active: () => state.active, lastProgressAt: () => state.progressAt, clockProblem: () => state.clock }],
    maxOutageMs: 10 * MINUTE,
    now: () => state.nowMs,
  })
  const at = (minutes: number): Promise<string | null> => {
    state.nowMs = minutes * MINUTE
    return probe()
  }
  return { state, at }
}

describe('whether a process makes progress', () => {
  it('detects one that leaves jobs waiting, unless it is busy, has none, or its clock is wrong', async () => {
    const { state, at } = setUp()
    expect(await at(1)).toBeNull()
    expect(await at(1.1)).toContain('none was taken')
    for (const change of [{ active: 1 }, { waiting: 0 }, { clock: 'wrong' }, { progressAt: MINUTE }]) {
      const other = setUp()
      Object.assign(other.state, change)
      expect(await other.at(1.1)).toBeNull()
    }
    state.progressAt = 1.1 * MINUTE
    expect(await at(2)).toBeNull()
  })

  it('waits for a queue that is unavailable, and allows some time afterwards', async () => {
    const { state, at } = setUp()
    state.waiting = 0
    expect(await at(5)).toBeNull()
    state.answers = false
    for (const minute of [5.1, 8, 12, 14.9]) expect(await at(minute)).toBeNull()
    Object.assign(state, { answers: true, waiting: 5 })
    expect([await at(14.95), await at(15.9)]).toEqual([null, null])
    expect(await at(16)).toContain('none was taken')
  })

  it('fails after ten minutes without a response, and not before', async () => {
    const { state, at } = setUp()
    state.waiting = 0
    expect(await at(3)).toBeNull()
    state.answers = false
    expect([await at(4), await at(13)]).toEqual([null, null])
    expect(await at(13.1)).toBe('the queue has not answered for 606 s')
    state.answers = true
    expect(await at(13.2)).toBeNull()
    state.answers = false
    expect(await at(20)).toBeNull()
  })
})
