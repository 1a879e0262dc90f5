import { randomUUID } from 'node:crypto'
import { nextTick } from '@inlet/domain'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backends, startTestQueues, type TestQueues } from '../testing/start-queues.js'
import { createQueueBackend } from './backend.js'
import { type Consumer, RetryAt } from './consumer.js'
import { QUEUES } from './jobs.js'
import { openQueues, type Queues, UNCONFIRMED } from './queues.js'

describe.each(backends())('queues on %s', (_name, redisServer) => {
  let all: TestQueues
  let queues: Queues
  beforeAll(async () => {
    all = await startTestQueues(redisServer)
    ;({ queues } = all)
  })
  afterAll(() => all.close())
  const done = (consumer: Consumer): Promise<void> => consumer.close(2_000)

  it('delivers runs, each attempt once, delayed ones later', async () => {
    const [one, two, late] = [randomUUID(), randomUUID(), randomUUID()]
    await queues.enqueueRuns([])
    await queues.enqueueRuns([
      { runId: one, attempt: 0 },
      { runId: two, attempt: 0 },
      { runId: late, attempt: 0, delayMs: 3_600_000 },
    ])
    await queues.enqueueRuns([{ runId: one, attempt: 0 }])
    expect(await all.waiting(QUEUES.ingestion)).toBe(3)
    const seen: string[] = []
    const consumer = await all.consume({ queue: QUEUES.ingestion, handlers: { run: async ({ runId }) => void seen.push(runId) } })
    await until(() => seen.length === 2)
    await queues.enqueueRuns([{ runId: one, attempt: 1 }])
    await until(() => seen.length === 3)
    expect(seen.toSorted()).toEqual([one, one, two].toSorted())
    await done(consumer)
    expect(await all.waiting(QUEUES.ingestion)).toBe(1)
  })

  it('accepts delays that are fractional, or in the past', async () => {
    const delays = [599_131.203, 0.4, -3.5]
    await queues.enqueueRuns(delays.map((delayMs) => ({ runId: randomUUID(), attempt: 0, delayMs })))
    let seen = 0
    const consumer = await all.consume({ queue: QUEUES.ingestion, handlers: { run: async () => void (seen += 1) } })
    await until(() => seen === 2)
    await done(consumer)
    expect(seen).toBe(2)
  })

  it('delivers calls, and rotations once per slot', async () => {
    const callId = randomUUID()
    await queues.enqueueCall(callId)
    for (const slot of [1, 1, 2]) await queues.enqueueRotation(slot)
    const seen: string[] = []
    const calls = await all.consume({ queue: QUEUES.calls, handlers: { call: async (data) => void seen.push(data.callId) } })
    const maintenance = await all.consume({ queue: QUEUES.maintenance, handlers: { rotate: async () => void seen.push('rotate') } })
    await until(() => seen.length === 3)
    expect(seen.toSorted()).toEqual([callId, 'rotate', 'rotate'].toSorted())
    await done(calls)
    await done(maintenance)
  })

  it('confirms only what it has accepted', async () => {
    const confirmed: unknown[] = []
    const confirm = {
      runsEnqueued: async (runIds: readonly string[]) => void confirmed.push(runIds),
      schedulerSynced: async (...synced: unknown[]) => void confirmed.push(synced),
    }
    const confirming = await openQueues({ ...all.connection, confirm, onError: () => {} })
    const [runId, sourceId] = [randomUUID(), randomUUID()]
    const yearly = { cron: '0 0 1 1 *', timeZone: 'UTC' }
    await confirming.enqueueRuns([])
    await confirming.enqueueRuns([{ runId, attempt: 0, delayMs: 3_600_000 }])
    await confirming.syncJobScheduler(sourceId, yearly)
    await confirming.syncJobScheduler(sourceId, null)
    await expect(confirming.syncJobScheduler(sourceId, { ...yearly, cron: 'no cron' })).rejects.toMatchObject({ reason: 'INVALID_CRON' })
    expect(confirmed).toEqual([[runId], [sourceId, yearly], [sourceId, null]])
    await confirming.close()
  })

  it("computes the moments of schedules like the ledger, even where the queue's parser would skip one", async () => {
    const schedule = { cron: '0,0 0 * * *', timeZone: 'America/Santiago' }
    const sourceId = randomUUID()
    await queues.syncJobScheduler(sourceId, schedule)
    const ingestion = queues.boardQueues().find(({ name }) => name === QUEUES.ingestion)
    const scheduler = await ingestion?.getJobScheduler(sourceId)
    const due = new Date(scheduler?.next ?? 0)
    expect(due).toEqual(nextTick(schedule, new Date(due.getTime() - 1)))
    // The same function computes every moment; at the midnight that clocks skip, BullMQ's own would lose a day.
    const strategy = ingestion?.opts.settings?.repeatStrategy
    expect(await strategy?.(Date.parse('2027-09-04T12:00:00Z'), { pattern: schedule.cron, tz: schedule.timeZone })).toBe(
      Date.parse('2027-09-05T04:00:00Z'),
    )
    await queues.syncJobScheduler(sourceId, null)
  })

  it('syncs, changes, lists and removes schedules', async () => {
    const [a, b] = [randomUUID(), randomUUID()]
    await queues.syncJobScheduler(a, { cron: '0 0 1 1 *', timeZone: 'UTC' })
    await queues.syncJobScheduler(b, { cron: '0 0 1 1 *', timeZone: 'UTC' })
    await queues.syncJobScheduler(a, { cron: '30 4 1 1 *', timeZone: 'Asia/Tokyo' })
    await queues.syncJobScheduler(b, null)
    await queues.syncJobScheduler(b, null)
    expect(await queues.countSchedules()).toBe(1)
    expect(await queues.listSchedules()).toEqual([{ sourceId: a, cron: '30 4 1 1 *', timeZone: 'Asia/Tokyo' }])
    await queues.syncJobScheduler(a, null)
    expect(await queues.listSchedules()).toEqual([])
  })

  it('refuses malformed jobs and jobs without a handler, at once and for good', async () => {
    const raw = createQueueBackend(all.connection).queue(QUEUES.calls, {})
    for (const data of [{ v: 1 }, { v: 0, callId: randomUUID() }, { v: 1, callId: 'x' }, null]) await raw.add('call', data, { attempts: 5 })
    await raw.add('retention', { v: 1 }, { attempts: 5 })
    const failures: string[] = []
    const handled: unknown[] = []
    const consumer = await all.consume({
      queue: QUEUES.calls,
      handlers: { call: async (data) => void handled.push(data) },
      onFailed: ({ error }) => failures.push(error.message),
    })
    await until(() => failures.length === 5)
    expect(handled).toEqual([])
    expect(failures.filter((message) => message.startsWith('a malformed job'))).toHaveLength(4)
    expect((await queues.counts())[QUEUES.calls]).toMatchObject({ failed: 5 })
    await done(consumer)
    await raw.obliterate({ force: true })
    await raw.close()
  })

  it('redelivers a job at the time its handler asks for, and after a failure', async () => {
    const runId = randomUUID()
    await queues.enqueueRuns([{ runId, attempt: 0 }])
    const at: number[] = []
    let failures = 0
    const consumer = await all.consume({
      queue: QUEUES.ingestion,
      handlers: {
        run: async () => {
          at.push(Date.now())
          if (at.length === 1) throw new RetryAt(new Date(Date.now() + 500))
          if (at.length === 2) throw new Error('once')
        },
      },
      onFailed: () => {
        failures += 1
      },
    })
    await until(() => at.length === 3)
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(490)
    expect(failures).toBe(1)
    await done(consumer)
  })

  it('aborts the signal of the work in progress, and abandons it at the limit', async () => {
    await queues.enqueueCall(randomUUID())
    let signal: AbortSignal | undefined
    const consumer = await all.consume({
      queue: QUEUES.calls,
      handlers: {
        call: (_data, context) => {
          signal = context.signal
          return new Promise(() => {})
        },
      },
    })
    await until(() => consumer.active() === 1)
    consumer.abortAll('the lock on the job was lost')
    expect(await until(() => signal?.aborted)).toBe(true)
    await done(consumer)
  })

  it('takes nothing with a wrong clock, neither at first nor away from others', async () => {
    const raw = createQueueBackend(all.connection).queue(QUEUES.calls, {})
    await raw.obliterate({ force: true })
    await raw.close()
    const ids = Array.from({ length: 10 }, () => randomUUID())
    let release: () => void = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const right = await all.consume({ queue: QUEUES.calls, lockMs: 3_000, concurrency: 1, handlers: { call: () => released } })
    for (const id of ids) await queues.enqueueCall(id)
    await until(() => right.active() === 1)
    const problems: (string | null)[] = []
    const seen = new Set<string>()
    const wrong = await all.consume({
      queue: QUEUES.calls,
      handlers: { call: async ({ callId }) => void seen.add(callId) },
      readSkewMs: async () => skewMs,
      onClock: (problem) => void problems.push(problem),
    })
    await until(() => wrong.clockProblem()?.includes('3600.0 s'))
    expect([seen.size, await all.waiting(QUEUES.calls)]).toEqual([0, 10])
    skewMs = 0
    await until(() => problems.includes(null))
    await until(() => seen.size === 9)
    skewMs = -3_600_000
    await until(() => problems.length === 3)
    release()
    await until(() => right.active() === 0)
    await done(right)
    const late = Array.from({ length: 10 }, () => randomUUID())
    for (const id of late) await queues.enqueueCall(id)
    // What it had already requested may still arrive.
    expect(late.filter((id) => seen.has(id)).length).toBeLessThanOrEqual(2)
    await done(wrong)
    const rest = await all.consume({ queue: QUEUES.calls, handlers: { call: async ({ callId }) => void seen.add(callId) } })
    await until(() => late.every((id) => seen.has(id)))
    await done(rest)
  })
  let skewMs = 3_600_000

  it('compares its clock with the server by itself', async () => {
    const consumer = await all.consume({ queue: QUEUES.calls, handlers: {} })
    expect(await until(() => consumer.clockProblem() === null)).toBe(true)
    await done(consumer)
  })

  it('reports what is wrong with the server', async () => {
    expect(await queues.inspect()).toEqual([])
  })

  it.runIf(redisServer !== '')(
    'says so while the server is unavailable, closes in time, and works again after',
    async () => {
      const other = await openQueues({ ...all.connection, confirm: UNCONFIRMED, onError: () => {} })
      const consumer = await all.consume({ queue: QUEUES.calls, handlers: { call: async () => {} } })
      await all.redis?.kill()
      await expect(queues.inspect()).rejects.toMatchObject({ reason: 'QUEUE_UNAVAILABLE' })
      await expect(other.enqueueCall(randomUUID())).rejects.toMatchObject({ reason: 'QUEUE_UNAVAILABLE', code: 'transient' })
      await done(consumer)
      await other.close()
      await all.redis?.restart()
      await queues.enqueueCall(randomUUID())
      expect(await all.waiting(QUEUES.calls)).toBeGreaterThanOrEqual(1)
    },
    60_000,
  )
})
