import { describe, expect, it } from 'vitest'
import { createByteBudget, createSemaphore } from './byte-budget.js'

const isDone = async (promise: Promise<unknown>): Promise<boolean> => {
  const none = Symbol('pending')
  await new Promise((resolve) => setImmediate(resolve))
  return (await Promise.race([promise, Promise.resolve(none)])) !== none
}

describe('createByteBudget', () => {
  it('hands out up to its maximum and counts', async () => {
    const budget = createByteBudget(10)
    const release = await budget.acquire(6)
    await budget.acquire(4)
    expect(budget.used).toBe(10)
    const third = budget.acquire(1)
    expect(await isDone(third)).toBe(false)
    expect(budget.waiting).toBe(1)
    release()
    release()
    await third
    expect(budget.used).toBe(5)
  })

  it('serves in order: a small request does not overtake a large one', async () => {
    const budget = createByteBudget(10)
    const release = await budget.acquire(8)
    const large = budget.acquire(9)
    const small = budget.acquire(1)
    expect(await isDone(small)).toBe(false)
    release()
    await Promise.all([large, small])
    expect(budget.used).toBe(10)
  })

  it('grants a request above the maximum alone', async () => {
    const budget = createByteBudget(10)
    const release = await budget.acquire(1)
    const huge = budget.acquire(100)
    expect(await isDone(huge)).toBe(false)
    release()
    const releaseHuge = await huge
    expect(budget.used).toBe(100)
    const next = budget.acquire(1)
    expect(await isDone(next)).toBe(false)
    releaseHuge()
    await next
  })

  it('drops a request whose signal aborts, and serves those behind it', async () => {
    const budget = createByteBudget(10)
    await budget.acquire(5)
    const controller = new AbortController()
    const large = budget.acquire(9, controller.signal)
    const small = budget.acquire(2)
    controller.abort(new Error('enough'))
    await expect(large).rejects.toThrow('enough')
    await small
    expect([budget.used, budget.waiting]).toEqual([7, 0])
    await expect(budget.acquire(1, controller.signal)).rejects.toThrow('enough')
    expect(budget.used).toBe(7)
  })

  it('refuses amounts that make no sense', async () => {
    expect(() => createByteBudget(0)).toThrow(RangeError)
    await expect(createByteBudget(1).acquire(-1)).rejects.toThrow(RangeError)
    await expect(createByteBudget(1).acquire(Number.NaN)).rejects.toThrow(RangeError)
  })
})

describe('createSemaphore', () => {
  it('never grants more than its slots', async () => {
    const semaphore = createSemaphore(3)
    let running = 0
    let most = 0
    const work = async (): Promise<void> => {
      const release = await semaphore.acquire()
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      release()
    }
    await Promise.all(Array.from({ length: 20 }, work))
    expect([most, semaphore.used, semaphore.waiting]).toEqual([3, 0, 0])
  })
})
