import { afterEach, describe, expect, it, vi } from 'vitest'
import { createThrottle, setAlignedInterval, sleep } from './timers.js'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('sleep', () => {
  it("rejects with the signal's reason, before and during the wait", async () => {
    const controller = new AbortController()
    const sleeping = sleep(Number.MAX_SAFE_INTEGER, controller.signal)
    controller.abort(new Error('wake up'))
    await expect(sleeping).rejects.toThrow('wake up')
    await expect(sleep(0, controller.signal)).rejects.toThrow('wake up')
  })

  it('resolves, also for a negative time', async () => {
    await expect(sleep(1)).resolves.toBeUndefined()
    await expect(sleep(-1)).resolves.toBeUndefined()
  })

  it('does not treat a delay beyond the longest timer as none', async () => {
    vi.useFakeTimers()
    const awake = vi.fn<() => void>()
    void sleep(2 ** 31 + 10).then(awake)
    await vi.advanceTimersByTimeAsync(2 ** 31 + 9)
    expect(awake).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(2)
    expect(awake).toHaveBeenCalledOnce()
  })
})

describe('setAlignedInterval', () => {
  it('calls all that share a period at the same moments, whenever they began, until they stop', () => {
    vi.useFakeTimers()
    vi.advanceTimersByTime(600 - (performance.now() % 500))
    const calls: string[] = []
    const stopFirst = setAlignedInterval(() => calls.push(`first ${performance.now() % 500}`), 500)
    vi.advanceTimersByTime(120)
    const stopSecond = setAlignedInterval(() => calls.push(`second ${performance.now() % 500}`), 500)
    vi.advanceTimersByTime(1_000)
    expect(calls).toEqual(['first 0', 'second 0', 'first 0', 'second 0'])
    stopFirst()
    vi.advanceTimersByTime(500)
    stopSecond()
    vi.advanceTimersByTime(2_000)
    expect(calls.slice(4)).toEqual(['second 0'])
  })

  it('skips a call when it is late, and continues after work that threw', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const now = vi.spyOn(performance, 'now').mockReturnValue(0)
    let calls = 0
    const stop = setAlignedInterval(() => {
      calls += 1
      throw new Error('once')
    }, 500)
    now.mockReturnValue(800)
    expect(() => vi.advanceTimersByTime(500)).toThrow('once')
    vi.advanceTimersByTime(699)
    expect(calls).toBe(1)
    now.mockReturnValue(1_500)
    expect(() => vi.advanceTimersByTime(1)).toThrow('once')
    stop()
    expect(calls).toBe(2)
  })
})

describe('createThrottle', () => {
  it('is true at first and then once per period', () => {
    let now = 0
    const isTurn = createThrottle(100, () => now)
    const at = (ms: number): boolean => {
      now = ms
      return isTurn()
    }
    expect([at(0), at(50), at(99), at(100), at(120), at(350), at(351)]).toEqual([true, false, false, true, false, true, false])
  })
})
