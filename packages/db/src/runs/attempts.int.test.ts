import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { finishRun } from './end-run.js'
import { acquireLease } from './lease.js'
import { findRun } from './list-runs.js'
import { parkRun, releaseRun } from './release-run.js'
import { addLogLines, listLogLines } from './run-logs.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const attemptsOf = async (runId: string) => (await findRun(store.database, runId))?.attempts
const take = async (runId: string, holder: string) => {
  const lease = await acquireLease(store.database, { runId, holder, ttlMs: 60_000 })
  if (!lease.taken) throw new Error(lease.because)
  return lease.run
}

describe('the attempts of a run', () => {
  it('say which worker had it, until when, and why it left', async () => {
    const sourceId = await store.addSource()
    const first = await store.lease(sourceId, { holder: 'a' })
    const wakeAt = new Date(Date.now() + 500)
    await parkRun(store.database, { ...first, wakeAt, reason: 'RATE_LIMITED', message: 'too many requests' })
    const second = await take(first.runId, 'b')
    await releaseRun(store.database, second)
    await take(first.runId, 'c')
    await store.expireLease(sourceId)
    const fourth = await take(first.runId, 'd')
    expect(await attemptsOf(first.runId)).toMatchObject([
      { number: 1, worker: 'a', left: 'parked', reason: 'RATE_LIMITED', message: 'too many requests', wakeAt: expect.any(String) },
      { number: 2, worker: 'b', left: 'released', endedAt: expect.any(String) },
      { number: 3, worker: 'c', left: 'lost' },
      { number: 4, worker: 'd', startedAt: expect.any(String) },
    ])
    await finishRun(store.database, { runId: first.runId, epoch: fourth.epoch })
    expect((await attemptsOf(first.runId))?.at(-1)).toMatchObject({ number: 4, left: 'ended', endedAt: expect.any(String) })
  })

  it('are limited to the latest hundred', async () => {
    const run = await store.lease(await store.addSource())
    await store.database.pool.query(
      `UPDATE runs SET attempts = (SELECT jsonb_agg(jsonb_build_object('number', n, 'worker', 'w', 'startedAt', now(), 'endedAt', now(), 'left', 'parked')) FROM generate_series(1, 100) n)
       WHERE id = $1`,
      [run.runId],
    )
    await releaseRun(store.database, run)
    await take(run.runId, 'last')
    const attempts = await attemptsOf(run.runId)
    expect([attempts?.length, attempts?.[0]?.number, attempts?.at(-1)?.worker]).toEqual([100, 2, 'last'])
  })
})

describe('the log of a run', () => {
  it('keeps lines in order, by level, stream and attempt, and accepts none for a run that is gone', async () => {
    const { runId } = await store.lease(await store.addSource())
    const line = (message: string, extra: object = {}) => ({ at: new Date(), level: 'info' as const, stream: null, message, ...extra })
    await addLogLines(store.database, { runId, attempt: 1 }, [line('one'), line('two', { level: 'warn', stream: 'rows' })])
    await addLogLines(store.database, { runId, attempt: 2 }, [line('three')])
    await addLogLines(store.database, { runId: '00000000-0000-4000-8000-000000000000', attempt: 1 }, [line('lost')])
    const read = async (filter: object = {}) => listLogLines(store.database, { runId, afterId: '0', limit: 10, ...filter })
    const messages = async (filter: object = {}) => (await read(filter)).map(({ message }) => message)
    expect(await messages()).toEqual(['one', 'two', 'three'])
    expect(await messages({ level: 'warn' })).toEqual(['two'])
    expect(await messages({ stream: 'rows' })).toEqual(['two'])
    expect(await messages({ attempt: 2 })).toEqual(['three'])
    expect(await messages({ afterId: (await read())[0]?.id })).toEqual(['two', 'three'])
    expect(await store.rows(`SELECT FROM run_logs WHERE message = 'lost'`)).toEqual([])
  })
})
