import { randomUUID } from 'node:crypto'
import type { BatchEnvelope, BatchJob } from '@inlet/domain'
import { testBatch, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backends, startTestQueues, type TestQueues } from '../testing/start-queues.js'
import { createQueueBackend, type QueueBackend } from './backend.js'
import { discardPayload, unpackBatch } from './batch-jobs.js'
import type { Consumer } from './consumer.js'
import { QUEUES } from './jobs.js'
import type { PayloadStore, PostgresPool } from './payloads.js'
import { openQueues, type Queues, UNCONFIRMED } from './queues.js'

type Raw = ReturnType<QueueBackend['queue']>
const poolOf = (queue: Raw): PostgresPool => (queue as unknown as { backend: { connection: { pool: PostgresPool } } }).backend.connection.pool
interface Expiring {
  ttl(key: string): Promise<number>
  expire(key: string, seconds: number): Promise<unknown>
}
const clientOf = (queue: Raw): Promise<Expiring> => (queue.backend as unknown as { client: Promise<Expiring> }).client

describe.each(backends())('batches on %s', (_name, redisServer) => {
  let all: TestQueues
  let queues: Queues
  beforeAll(async () => {
    all = await startTestQueues(redisServer)
    ;({ queues } = all)
  })
  afterAll(() => all.close())
  const consume = (handle: (job: BatchJob, payloads: PayloadStore) => Promise<void>, concurrency = 2): Promise<Consumer> =>
    all.consume({ queue: QUEUES.scribe, concurrency, handlers: { batch: (job, { payloads }) => handle(job, payloads) } })
  const waiting = (): Promise<number> => all.waiting(QUEUES.scribe)

  it.each([
    ['small', 'ü\u2028'],
    ['large', '"\\Käse 😀 \u2028'.repeat(20_000)],
  ])('forwards a %s batch unchanged, once while it is in the queue and again after it was taken', async (_size, key) => {
    const batch = testBatch(
      { runId: randomUUID(), sourceId: randomUUID(), epoch: 2, seq: 3, effects: { cursors: [{ stream: 'main', cursor: { b: 1, a: [null] } }] } },
      [{ key }],
    )
    await queues.forwardBatch(batch)
    await queues.forwardBatch(batch)
    expect(await waiting()).toBe(1)
    await until(async () => (await queues.oldestAgeSeconds(QUEUES.scribe)) > 0)
    const seen: (BatchEnvelope | null)[] = []
    const consumer = await consume(async (job, payloads) => {
      seen.push(await unpackBatch(job, payloads))
      discardPayload(job, payloads)
    })
    await until(() => seen.length === 1)
    await until(async () => (await waiting()) === 0)
    await queues.forwardBatch(batch)
    await until(() => seen.length === 2)
    // Matching a megabyte member by member takes half a minute.
    const { payload, ...rest } = batch
    expect(seen).toMatchObject([rest, rest])
    expect(seen.map((taken) => taken?.payload.equals(payload))).toEqual([true, true])
    expect(await queues.oldestAgeSeconds(QUEUES.calls)).toBe(0)
    await consumer.close(2_000)
  })

  it('does not keep the payload of a large batch in its job, and finds none once it was discarded', async () => {
    const batch = testBatch({ runId: randomUUID(), sourceId: randomUUID(), epoch: 1, seq: 1 }, [{ key: 'k', data: `{"a":"${'ü'.repeat(99_000)}"}` }])
    await queues.forwardBatch(batch)
    const seen: (Buffer | undefined)[] = []
    let size = 0
    const consumer = await consume(async (job, payloads) => {
      size = JSON.stringify(job).length
      seen.push((await unpackBatch(job, payloads))?.payload)
      discardPayload(job, payloads)
      // As for a second job of the same batch.
      await until(async () => (await unpackBatch(job, payloads)) === null)
      seen.push(undefined)
    })
    await until(() => seen.length === 2)
    expect(seen.map((payload) => payload?.equals(batch.payload))).toEqual([true, undefined])
    expect(size).toBeLessThan(1_000)
    await until(async () => (await waiting()) === 0)
    await consumer.close(2_000)
  })

  it('keeps payloads that nobody comes for no longer than a day', async () => {
    const backend = createQueueBackend(all.connection)
    const queue = backend.queue(QUEUES.scribe, {})
    const payloads = backend.payloads(queue)
    const remaining = async (): Promise<number> => {
      if (all.redis !== null) return (await clientOf(queue)).ttl('test:payload:abandoned')
      const { rows } = await poolOf(queue).query(`SELECT extract(epoch FROM put_at + interval '1 day' - now())::int AS s FROM payload`)
      return Number(rows[0]?.['s'])
    }
    const expire = async (): Promise<unknown> =>
      all.redis === null
        ? poolOf(queue).query(`UPDATE payload SET put_at = put_at - interval '1 day'`)
        : (await clientOf(queue)).expire('test:payload:abandoned', 0)
    // Redis forgets by itself; Postgres when a process starts, and with each removal.
    const start = async () => (await openQueues({ ...all.connection, confirm: UNCONFIRMED, onError: () => {} })).close()
    for (const forget of [start, () => payloads.remove('another')]) {
      await payloads.put('abandoned', Buffer.from('[]'))
      await forget()
      expect(await payloads.get('abandoned')).toEqual(Buffer.from('[]'))
      expect(await remaining()).toBeGreaterThan(86_000)
      await expire()
      await forget()
      expect(await payloads.get('abandoned')).toBeNull()
    }
    await queue.close()
  })

  it('gives a batch stuck with another process a new id, but not one that waits', async () => {
    const batch = testBatch({ runId: randomUUID(), sourceId: randomUUID(), epoch: 1, seq: 1 }, [{ key: 'a' }])
    for (let sends = 0; sends < 5; sends++) await queues.forwardBatch(batch)
    expect(await waiting()).toBe(1)
    let taken = 0
    let release: () => void = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    // Alive but useless: its lock is renewed and nothing is done.
    const hold = async (): Promise<void> => {
      taken += 1
      await released
    }
    const stuck = await consume(hold, 1)
    await until(() => taken === 1)
    await queues.forwardBatch(batch)
    expect(await waiting()).toBe(1)
    await queues.forwardBatch(batch)
    expect(await waiting()).toBe(2)
    for (let sends = 0; sends < 5; sends++) await queues.forwardBatch(batch)
    expect(await waiting()).toBe(2)
    const seen: unknown[] = []
    const other = await consume(async (job, payloads) => void seen.push(await unpackBatch(job, payloads)))
    await until(() => seen.length > 0)
    expect(seen[0]).toMatchObject(batch)
    release()
    await until(async () => (await waiting()) === 0)
    await stuck.close(2_000)
    await other.close(2_000)
  })
})
