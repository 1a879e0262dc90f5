import { afterEach, describe, expect, it, vi } from 'vitest'
import { createThrottle, sleep } from './timers.js'

afterEach(() => {
  vi.useRealTimers()
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
