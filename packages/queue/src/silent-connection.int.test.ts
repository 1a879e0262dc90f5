import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createTestDatabase, startRedis, startSilentProxy, until } from '@inlet/testing'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openConsumer } from './consumer.js'
import { QUEUES } from './jobs.js'
import { openQueues, UNCONFIRMED } from './queues.js'

const backends = [['postgres', ''] as const, ...(inject('redisServer') === '' ? [] : [['redis', inject('redisServer')] as const])]

const through = (url: string, port: number): string => Object.assign(new URL(url), { port: String(port) }).href

describe.each(backends)('a connection to the queue on %s that dies silently', (_name, redisServer) => {
  it('is replaced: runs are enqueued and taken again', { timeout: 300_000 }, async () => {
    const store = await createTestDatabase(inject('postgresUrl'))
    const redis = redisServer === '' ? null : await startRedis(redisServer)
    const proxy = await startSilentProxy(Number(new URL(redis?.url ?? store.url).port))
    const connection = {
      redisUrl: redis === null ? null : through(redis.url, proxy.port),
      databaseUrl: redis === null ? through(store.url, proxy.port) : store.url,
      prefix: 'test',
      silenceMs: 3_000,
      onError: () => {},
    }
    // Setting up the queue server may take longer than the silence of this test.
    const { silenceMs: _, ...withoutLimit } = connection
    await (await openQueues({ ...withoutLimit, confirm: UNCONFIRMED })).close()
    const queues = await openQueues({ ...connection, confirm: UNCONFIRMED })
    const taken: string[] = []
    const handlers = { run: async ({ runId }: { runId: string }) => void taken.push(runId) }
    const consumer = await openConsumer({ ...connection, concurrency: 2, lockMs: 3_000, queue: QUEUES.ingestion, handlers })
    onTestFinished(async () => {
      await consumer.close(1_000)
      await queues.close()
      await proxy.close()
      await redis?.stop()
      await store.drop()
    })
    await queues.enqueueRuns([{ runId: randomUUID(), attempt: 0 }])
    await until(() => taken.length === 1)
    // A job due later must not keep the consumer waiting for the dead connection until then.
    await queues.enqueueRuns([{ runId: randomUUID(), attempt: 0, delayMs: 3_600_000 }])
    // Nothing shows that it waits again. If a second is not enough, the test covers less.
    await delay(1_000)
    proxy.silence()
    const runId = randomUUID()
    const enqueue = () => queues.enqueueRuns([{ runId, attempt: 0 }]).then(() => true)
    await until(enqueue, { timeoutMs: 120_000, what: 'a run to be enqueued' })
    expect(await until(() => taken.includes(runId), { timeoutMs: 120_000, what: 'the run to be taken' })).toBe(true)
  })
})
