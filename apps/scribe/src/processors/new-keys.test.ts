import { describe, expect, it } from 'vitest'
import { createNewKeys } from './new-keys.js'

const of = (sourceId: string, upserts = 10) => ({ sourceId, counts: { u: upserts, d: 0, n: 0, q: 0 } })

describe('createNewKeys', () => {
  it('expects no new records from a source before it has stored a batch of only new ones', () => {
    const newKeys = createNewKeys()
    expect(newKeys.expectedIn(of('a'))).toBe(false)
    newKeys.learn(of('a'), { inserted: 10 })
    expect([newKeys.expectedIn(of('a')), newKeys.expectedIn(of('b'))]).toEqual([true, false])
  })

  it('learns nothing from a batch without upserts', () => {
    const newKeys = createNewKeys()
    newKeys.learn(of('a', 0), { inserted: 0 })
    expect(newKeys.expectedIn(of('a'))).toBe(false)
    newKeys.learn(of('a'), { inserted: 10 })
    newKeys.learn(of('a', 0), { inserted: 0 })
    expect(newKeys.expectedIn(of('a'))).toBe(true)
  })

  it('waits longer after each wrong prediction, and less again after right ones', () => {
    const newKeys = createNewKeys()
    const waits = (): number => {
      for (let batches = 0; ; batches += 1) {
        if (newKeys.expectedIn(of('a'))) return batches
        newKeys.learn(of('a'), { inserted: 10 })
      }
    }
    const wrong: number[] = []
    for (let n = 0; n < 8; n += 1) {
      wrong.push(waits())
      newKeys.learn(of('a'), { inserted: 9 })
    }
    expect(wrong).toEqual([1, 2, 4, 8, 16, 32, 64, 64])
    waits()
    for (let n = 0; n < 6; n += 1) newKeys.learn(of('a'), { inserted: 10 })
    newKeys.learn(of('a'), { inserted: 9 })
    expect(waits()).toBe(2)
  })

  it('forgets the source that has stored nothing for longest', () => {
    const newKeys = createNewKeys()
    newKeys.learn(of('first'), { inserted: 10 })
    for (let n = 0; n < 10_000; n += 1) newKeys.learn(of(`source ${n}`), { inserted: 10 })
    expect([newKeys.expectedIn(of('first')), newKeys.expectedIn(of('source 0'))]).toEqual([false, true])
  })
})
