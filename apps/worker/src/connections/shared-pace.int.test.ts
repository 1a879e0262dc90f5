import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createSharedPaces } from './shared-pace.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const worker = () => createSharedPaces(store.database, { warn: () => {} })
const OK = { host: 'served' } as const

describe('the pace shared by workers', () => {
  it('does not query the database for a host without limits', async () => {
    const pace = worker().of(null, 'run')
    for (let i = 0; i < 100; i++) {
      await pace.take({ host: 'free.example' })
      await pace.report('free.example', OK)
    }
    expect(await store.rows(`SELECT 1 FROM request_limits WHERE host = 'free.example'`)).toEqual([])
  })

  it('keeps one rate for two workers, with single and batched reservations', async () => {
    const paces = [worker().of('token', 'run'), worker().of('token', 'run')]
    const before = await store.rows<{ at: Date }>('SELECT clock_timestamp() AS at')
    // 60 slots of 10 ms each: both reserve ten at a time.
    await Promise.all(Array.from({ length: 60 }, (_, i) => paces[i % 2]?.take({ host: 'rate.example', perMinute: 6_000 })))
    const [row] = await store.rows<{ ms: number }>(
      `SELECT extract(epoch FROM next_at - $1::timestamptz)::float8 * 1000 AS ms FROM request_limits WHERE key = 'rate.example token'`,
      [before[0]?.at],
    )
    const taken = (row?.ms ?? 0) / (60_000 / (6_000 * 0.97))
    expect(taken).toBeGreaterThanOrEqual(60)
  })

  it('stops all workers for as long as one was asked to wait, and reports until when', async () => {
    const [first, second] = [worker().of('secret', 'run'), worker().of('secret', 'run')]
    await first.take({ host: 'busy.example' })
    await first.report('busy.example', { host: 'served', cooldownMs: 90_000 })
    await expect(first.take({ host: 'busy.example' })).rejects.toMatchObject({ reason: 'RATE_LIMITED', code: 'rate_limited' })
    // The other one learns of it at its next refresh.
    await until(() =>
      second.take({ host: 'busy.example' }).then(
        () => false,
        (error: { retryAfterMs?: number }) => (error.retryAfterMs ?? 0) > 60_000,
      ),
    )
    await worker().of('another secret', 'run').take({ host: 'busy.example' })
  })

  it('reports the refusal to everybody who has to wait because of it, until the wait is over', async () => {
    const pace = worker().of(null, 'run')
    await pace.take({ host: 'strict.example' })
    await pace.report('strict.example', { host: 'served', cooldownMs: 90_000, refusal: 'https://strict.example/a answered with status 429' })
    // Sent before, answered after.
    await pace.report('strict.example', { host: 'served' })
    const waits = await worker()
      .of(null, 'run')
      .take({ host: 'strict.example', perMinute: 60 })
      .catch((error: Error) => error)
    expect(waits).toMatchObject({ reason: 'RATE_LIMITED' })
    expect(String(waits)).toMatch(/from any source that sends it no secrets: https:\/\/strict\.example\/a answered with status 429/)
    await pace.report('spent.example', { host: 'served', quota: { remaining: 0, resetMs: 90_000 } })
    const spent = await worker()
      .of(null, 'run')
      .take({ host: 'spent.example', perMinute: 60 })
      .catch((error: Error) => error)
    expect(String(spent)).toContain('or the quota that it reported is used up')
  })

  it('waits out a short cooldown', async () => {
    const pace = worker().of('brief', 'run')
    await pace.report('brief.example', { host: 'served', cooldownMs: 300 })
    await pace.take({ host: 'brief.example' })
    expect(await store.rows(`SELECT 1 FROM request_limits WHERE host = 'brief.example' AND blocked_until > clock_timestamp()`)).toEqual([])
  })

  it('stops requests to a host that fails repeatedly, but lets a person try', async () => {
    const paces = worker()
    const run = paces.of(null, 'run')
    for (let i = 0; i < 9; i++) await run.report('down.example', { host: 'failed' })
    // 30 s after two failures too many: longer than a run waits for its slot.
    for (let i = 0; i < 2; i++) await run.report('down.example', { host: 'failed' })
    await expect(run.take({ host: 'down.example' })).rejects.toMatchObject({ reason: 'CIRCUIT_OPEN' })
    await paces.of(null, 'call').take({ host: 'down.example' })
    await paces.of(null, 'call').report('down.example', OK)
    await run.take({ host: 'down.example' })
  })

  it('ends a wait with the signal', async () => {
    const pace = worker().of('slow', 'run')
    await pace.take({ host: 'slow.example', perMinute: 3 })
    const aborted = pace.take({ host: 'slow.example', perMinute: 3, signal: AbortSignal.abort(new Error('enough')) })
    await expect(aborted).rejects.toThrow('enough')
  })
})
