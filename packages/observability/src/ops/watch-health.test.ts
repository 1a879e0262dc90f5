import { describe, expect, it } from 'vitest'
import { watchHealth } from './watch-health.js'

const outcomeOf = async (promise: Promise<string>): Promise<string | null> =>
  Promise.race([promise, new Promise<null>((resolve) => setImmediate(() => resolve(null)))])

const looks = async (answers: readonly boolean[], graceMs: number): Promise<string | null> => {
  const left = [...answers]
  let done: () => void = () => {}
  const allSeen = new Promise<void>((resolve) => {
    done = resolve
  })
  const watch = watchHealth({
    isHealthy: async () => {
      const ok = left.shift() ?? true
      if (left.length === 0) setTimeout(done, 5)
      return [ok ? { name: 'progress', ok } : { name: 'progress', ok, reason: 'stuck' }]
    },
    graceMs,
    lookMs: 5,
  })
  await allSeen
  watch.stop()
  return outcomeOf(watch.ended)
}

describe('watchHealth', () => {
  it('ends with the reason when nothing gets better', async () => {
    expect(await looks([false, false, false, false], 1)).toBe('progress: stuck')
  })

  it('starts over after every healthy check', async () => {
    expect(await looks([false, true, false, true, false, true], 60_000)).toBeNull()
    expect(await looks([true, true, true], 0)).toBeNull()
  })
})
