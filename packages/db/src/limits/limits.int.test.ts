import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Database } from '../database.js'
import { isLimited, reportResponse } from './report-response.js'
import { FAILURES_TO_OPEN, reserveSlots } from './reserve-slots.js'

let store: TestStore
let database: Database
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  database = store.database
})
afterAll(() => store.close())

let next = 0
const newKey = () => ({ key: `key ${++next}`, host: 'api.example.com' })
const NOTHING = { served: false, failure: null, cooldownMs: null, quota: null }
const take = (of: { key: string; host: string }, gapMs: number | null = null, count = 1, longestWaitMs = 3_600_000) =>
  reserveSlots(database, { ...of, gapMs, count, longestWaitMs })
const fail = async (of: { key: string; host: string }, times: number) => {
  for (let i = 0; i < times; i++) await reportResponse(database, { ...NOTHING, ...of, failure: 'UNREACHABLE: connect ECONNREFUSED' })
}
const passTime = (key: string, ms: number) =>
  database.pool.query(
    `UPDATE request_limits SET next_at = next_at - $2::float8 * interval '1 ms', window_resets_at = window_resets_at - $2::float8 * interval '1 ms',
       blocked_until = blocked_until - $2::float8 * interval '1 ms' WHERE key = $1`,
    [key, ms],
  )

describe('even spacing', () => {
  it('gives concurrent workers slots one gap apart', async () => {
    const of = newKey()
    const places = await Promise.all(Array.from({ length: 20 }, () => take(of, 60_000)))
    const waits = places.map(({ waitMs }) => waitMs).sort((a, b) => a - b)
    expect(places.every(({ taken }) => taken)).toBe(true)
    waits.forEach((waitMs, i) => expect(Math.round(waitMs / 60_000)).toBe(i))
  })
  it('reserves several slots at once, and none that is too far away', async () => {
    const of = newKey()
    await take(of, 1_000, 30)
    const far = await take(of, 1_000, 1, 5_000)
    expect(far.taken).toBe(false)
    expect(Math.round(far.waitMs / 1_000)).toBe(30)
    expect(Math.round((await take(of, 1_000)).waitMs / 1_000)).toBe(30)
  })
  it('does not save up unused time', async () => {
    const of = newKey()
    await take(of, 1_000)
    await passTime(of.key, 60_000)
    expect((await take(of, 1_000)).waitMs).toBe(0)
    expect((await take(of, 1_000)).waitMs).toBeGreaterThan(500)
  })
})

describe('a quota reported by the other side', () => {
  it('is shared, used up, and full again when its window ends', async () => {
    const of = newKey()
    await reportResponse(database, { ...NOTHING, ...of, served: true, quota: { remaining: 3, resetMs: 40_000 } })
    const taken = await Promise.all(Array.from({ length: 8 }, () => take(of)))
    expect(taken.filter((places) => places.taken)).toHaveLength(3)
    const refused = taken.find((places) => !places.taken)
    expect(refused?.blockedBy).toBe('RATE_LIMITED')
    expect(Math.round((refused?.waitMs ?? 0) / 10_000)).toBe(4)
    await passTime(of.key, 41_000)
    // One request finds out what the next window allows.
    const again = await Promise.all([take(of), take(of), take(of)])
    expect(again.filter(({ taken: passed }) => passed)).toHaveLength(1)
    await reportResponse(database, { ...NOTHING, ...of, served: true, quota: { remaining: 2, resetMs: 60_000 } })
    const more = await Promise.all([take(of), take(of), take(of)])
    expect(more.filter(({ taken: passed }) => passed)).toHaveLength(2)
  })
  it('lets the next request ask when the one that asked got no response', async () => {
    const of = newKey()
    await reportResponse(database, { ...NOTHING, ...of, served: true, quota: { remaining: 3, resetMs: 40_000 } })
    await passTime(of.key, 41_000)
    expect([(await take(of)).taken, (await take(of)).taken]).toEqual([true, false])
    await passTime(of.key, 1_001)
    expect((await take(of)).taken).toBe(true)
  })
  it('is not raised again by a response that arrives late', async () => {
    const of = newKey()
    const reportQuota = (remaining: number, resetMs: number) =>
      reportResponse(database, { ...NOTHING, ...of, served: true, quota: { remaining, resetMs } })
    await reportQuota(5, 30_000)
    await reportQuota(1, 30_500)
    await reportQuota(4, 29_800)
    expect([(await take(of)).taken, (await take(of)).taken]).toEqual([true, false])
    await reportQuota(9, 60_000)
    expect((await take(of)).taken).toBe(true)
  })
})

describe('a cooldown', () => {
  it('applies to all until its end; the longest one wins', async () => {
    const of = newKey()
    await reportResponse(database, { ...NOTHING, ...of, served: true, cooldownMs: 20_000 })
    await reportResponse(database, { ...NOTHING, ...of, served: true, cooldownMs: 5_000 })
    const places = await take(of)
    expect(places).toMatchObject({ taken: false, blockedBy: 'RATE_LIMITED', limited: true })
    expect(Math.round(places.waitMs / 10_000)).toBe(2)
    await passTime(of.key, 21_000)
    expect((await take(of)).taken).toBe(true)
  })
})

describe('the circuit breaker', () => {
  it('opens after consecutive failures, lets one request try, and closes when it succeeds', async () => {
    const of = newKey()
    await fail(of, FAILURES_TO_OPEN - 1)
    expect((await take(of)).taken).toBe(true)
    await fail(of, 1)
    expect(await take(of)).toMatchObject({
      taken: false,
      blockedBy: 'CIRCUIT_OPEN',
      failures: FAILURES_TO_OPEN,
      lastFailure: 'UNREACHABLE: connect ECONNREFUSED',
    })
    await passTime(of.key, 16_000)
    const tries = await Promise.all([take(of), take(of), take(of)])
    expect(tries.filter(({ taken }) => taken)).toHaveLength(1)
    await reportResponse(database, { ...NOTHING, ...of, served: true })
    expect(await take(of)).toMatchObject({ taken: true, limited: false })
    expect(await isLimited(database, of.key)).toBe(false)
  })
  it('stays open longer after each failed probe, at most ten minutes', async () => {
    const of = newKey()
    await fail(of, FAILURES_TO_OPEN)
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      const { waitMs } = await take(of)
      waits.push(Math.round(waitMs / 1_000))
      await passTime(of.key, waitMs + 1)
      expect((await take(of)).taken).toBe(true)
      await fail(of, 1)
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 600, 600])
  })
  it('restarts the count after a success', async () => {
    const of = newKey()
    await fail(of, FAILURES_TO_OPEN - 1)
    await reportResponse(database, { ...NOTHING, ...of, served: true })
    await fail(of, FAILURES_TO_OPEN - 1)
    expect((await take(of)).taken).toBe(true)
  })
})
