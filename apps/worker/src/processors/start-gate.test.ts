import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStartGate } from './start-gate.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Work that ends after so many ms. */
const after =
  (ms: number, result = 'done') =>
  () =>
    new Promise<string>((resolve) => setTimeout(() => resolve(result), ms))

/** Records at which ms each of them came through. */
const record = () => {
  const passed: [string, number][] = []
  const startedAt = Date.now()
  const pass = (name: string, through: Promise<unknown>) =>
    through.then(
      () => void passed.push([name, Date.now() - startedAt]),
      () => void passed.push([`${name} failed`, Date.now() - startedAt]),
    )
  return { passed, pass }
}

describe('createStartGate', () => {
  it('lets one that begins alone through at once, with its result', async () => {
    const result = createStartGate()(after(5, 'a lease'))
    await vi.advanceTimersByTimeAsync(5)
    expect(await result).toBe('a lease')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('lets those that begin at once through when the last one has begun', async () => {
    const { passed, pass } = record()
    const gate = createStartGate()
    void pass('a', gate(after(5)))
    void pass('b', gate(after(40)))
    await vi.advanceTimersByTimeAsync(20)
    void pass('c', gate(after(30)))
    await vi.advanceTimersByTimeAsync(100)
    expect(new Set(passed)).toEqual(
      new Set([
        ['a', 50],
        ['b', 50],
        ['c', 50],
      ]),
    )
    expect(vi.getTimerCount()).toBe(0)
  })

  it('lets one through after the longest time although others still begin', async () => {
    const { passed, pass } = record()
    const gate = createStartGate(100)
    void pass('a', gate(after(5)))
    void pass('slow', gate(after(1_000)))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(passed).toEqual([
      ['a', 105],
      ['slow', 1_000],
    ])
  })

  it('does not wait after a failure, and a failure ends the waiting of others', async () => {
    const { passed, pass } = record()
    const gate = createStartGate()
    void pass('a', gate(after(5)))
    void pass(
      'b',
      gate(() => after(30)().then(() => Promise.reject(new Error('no database')))),
    )
    await vi.advanceTimersByTimeAsync(30)
    expect(new Set(passed)).toEqual(
      new Set([
        ['a', 30],
        ['b failed', 30],
      ]),
    )
  })
})
