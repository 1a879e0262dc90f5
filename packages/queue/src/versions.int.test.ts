import { randomUUID } from 'node:crypto'
import { createTestDatabase, startRedis, type TestDatabase, type TestRedis, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createQueueBackend } from './backend.js'
import { openConsumer } from './consumer.js'
import { QUEUES } from './jobs.js'

const backends = [['postgres', ''] as const, ...(inject('redisServer') === '' ? [] : [['redis', inject('redisServer')] as const])]

describe.each(backends)('while an update replaces processes, on %s', (_name, redisServer) => {
  let store: TestDatabase
  let redis: TestRedis | null = null
  let connection: { redisUrl: string | null; databaseUrl: string; prefix: string }
  beforeAll(async () => {
    store = await createTestDatabase(inject('postgresUrl'))
    if (redisServer !== '') redis = await startRedis(redisServer)
    connection = { redisUrl: redis?.url ?? null, databaseUrl: store.url, prefix: 'test' }
  })
  afterAll(async () => {
    await redis?.stop()
    await store.drop()
  })

  const open = async (failures: string[], handled: unknown[]) =>
    openConsumer({
      ...connection,
      queue: QUEUES.calls,
      concurrency: 2,
      lockMs: 3_000,
      onError: () => {},
      onFailed: ({ error }) => failures.push(error.message),
      handlers: { call: async ({ callId }) => void handled.push(callId) },
    })

  it('leaves jobs of a newer version to a newer process, and does those of its own in the meantime', async () => {
    const raw = createQueueBackend(connection).queue(QUEUES.calls, {})
    const newer = [await raw.add('call', { v: 2, call: 'in another form' }), await raw.add('of-the-next-version', { v: 1 })]
    const failures: string[] = []
    const handled: unknown[] = []
    const consumer = await open(failures, handled)
    const states = () => Promise.all(newer.map((job) => job.getState()))
    await until(async () => (await states()).join() === 'delayed,delayed', { what: 'both to be put back' })
    const callId = randomUUID()
    await raw.add('call', { v: 1, callId })
    await until(() => handled.length === 1)
    // As many times as it is offered: a newer process that takes it within the time limit finds it whole.
    await until(async () => ((await raw.getJob(newer[0]?.id ?? ''))?.attemptsStarted ?? 0) >= 3, { timeoutMs: 60_000, what: 'the third offer' })
    expect([handled, failures]).toEqual([[callId], []])
    expect((await raw.getJob(newer[0]?.id ?? ''))?.data).toEqual({ v: 2, call: 'in another form' })
    await consumer.close(2_000)
    await raw.obliterate({ force: true })
    await raw.close()
  })

  it('gives up one that no process has understood for ten minutes, instead of keeping it for ever', async () => {
    const raw = createQueueBackend(connection).queue(QUEUES.calls, {})
    await raw.add('call', { v: 2 }, { timestamp: Date.now() - 601_000, attempts: 5 })
    const failures: string[] = []
    const consumer = await open(failures, [])
    await until(() => failures.length === 1)
    expect(failures[0]).toMatch(/^a malformed job/)
    await consumer.close(2_000)
    await raw.obliterate({ force: true })
    await raw.close()
  })
})
