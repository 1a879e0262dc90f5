import { complete, defineConnector } from '@inlet/connector-sdk'
import type { Database } from '@inlet/db'
import { batchName } from '@inlet/domain'
import { createQueueBackend, type PayloadStore, QUEUES, type Queues } from '@inlet/queue'
import { startRedis, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { type Ingestion, startIngestion } from '../testing/start-ingestion.js'

const counting = defineConnector({
  type: 'counting',
  version: '1.0.0',
  title: 'Counting',
  description: 'Yields numbered records.',
  configSchema: z.strictObject({ records: z.number() }),
  secretSchema: z.strictObject({}),
  streams: async () => [{ name: 'numbers', kind: 'row' as const, incremental: true, deletes: 'none' as const }],
  connect: async (ctx) => ({ config: ctx.config, [Symbol.asyncDispose]: async () => {} }),
  check: async () => {},
  async *read(connection, { cursor }) {
    const from = typeof cursor === 'number' ? cursor : 0
    for (let n = from; n < connection.config.records; n += 500) {
      const to = Math.min(n + 500, connection.config.records)
      yield {
        records: Array.from({ length: to - n }, (_, i) => ({ stream: 'numbers', key: n + i, kind: 'row' as const, data: { n: n + i } })),
        cursor: to,
      }
    }
    return complete('all numbers were read')
  },
})

type RawQueue = ReturnType<ReturnType<typeof createQueueBackend>['queue']>

const backends = [['postgres', null] as const, ...(inject('redisServer') === '' ? [] : [['redis', inject('redisServer')] as const])]

describe.each(backends)('worker and scribe on %s', (_name, redisServer) => {
  let ingestion: Ingestion
  let database: Database
  const closers: (() => Promise<unknown>)[] = []
  let doubled = false
  let losing = false
  const lost = new Set<string>()
  const raw: { batches?: RawQueue; runs?: RawQueue; payloads?: PayloadStore } = {}

  beforeAll(async () => {
    const redis = redisServer === null ? null : await startRedis(redisServer)
    ingestion = await startIngestion({
      redisUrl: redis?.url,
      overrides: { findConnector: () => counting, wrapQueues: (inner) => meddling(inner), lostAfterMs: 2_000 },
    })
    ;({ database } = ingestion.store)
    const backend = createQueueBackend({ redisUrl: redis?.url ?? null, databaseUrl: ingestion.store.url })
    raw.batches = backend.queue(QUEUES.scribe, {})
    raw.payloads = backend.payloads(raw.batches)
    raw.runs = backend.queue(QUEUES.ingestion, {})
    closers.push(
      async () => raw.batches?.close(),
      async () => raw.runs?.close(),
      () => ingestion.close(),
      async () => redis?.stop(),
    )
  })
  afterAll(async () => {
    for (const close of closers) await close()
  })

  /**
   * While `doubled`, every batch and every run job is enqueued a second time under another id, batches as earlier versions did. While `losing`, the
   * payload of each batch is lost when it is sent for the first time.
   */
  const meddling = (inner: Queues): Queues => ({
    ...inner,
    async forwardBatch(batch) {
      await inner.forwardBatch(batch)
      if (doubled) await raw.batches?.add('batch', { ...batch, v: 1, payload: batch.payload.toString() }, { removeOnComplete: true })
      if (!losing || lost.has(batchName(batch))) return
      lost.add(batchName(batch))
      await raw.payloads?.remove(batchName(batch))
    },
  })

  const runOnce = async (sourceId: string) => {
    const runId = await ingestion.startRun(sourceId)
    if (doubled) await raw.runs?.add('run', { v: 1, runId }, { attempts: 1_000 })
    return ingestion.ended(runId)
  }

  it('stores every record once, and nothing new the second time', async () => {
    const id = await ingestion.addSource('counting', { config: { records: 10_250 } })
    const first = await runOnce(id)
    expect(first).toMatchObject({ outcome: 'ok', inserted: 10_250n, recordsRead: 10_250n, quarantined: 0n })
    const { rows } = await database.pool.query('SELECT count(*)::int AS n, count(DISTINCT key)::int AS keys FROM records WHERE source_id = $1', [id])
    expect(rows[0]).toEqual({ n: 10_250, keys: 10_250 })
    const second = await runOnce(id)
    expect(second).toMatchObject({ outcome: 'ok_nothing_new', inserted: 0n, updated: 0n })
  })

  it('stores every record once when every job is delivered twice', async () => {
    const id = await ingestion.addSource('counting', { config: { records: 20_000 } })
    doubled = true
    const run = await runOnce(id)
    doubled = false
    expect(run).toMatchObject({ outcome: 'ok', inserted: 20_000n, updated: 0n, recordsRead: 20_000n, attempt: 1, quarantined: 0n })
    // Every enqueued batch is accounted for: stored, or refused as a duplicate or for arriving after the end.
    const ended = await until(async () => {
      const row = await database.prisma.run.findUniqueOrThrow({ where: { id: run.id } })
      return row.committedBatches + row.duplicateBatches + row.fencedBatches === 2 * row.committedBatches ? row : null
    })
    expect(ended.duplicateBatches + ended.fencedBatches).toBe(ended.committedBatches)
    const { rows } = await database.pool.query(
      'SELECT count(*)::int AS n, (SELECT count(*)::int FROM ledger WHERE source_id = $1) AS batches FROM records WHERE source_id = $1',
      [id],
    )
    expect(rows[0]).toEqual({ n: 20_000, batches: ended.committedBatches })
    const { processDeaths } = await database.prisma.source.findUniqueOrThrow({ where: { id } })
    expect(processDeaths).toBe(0)
  })

  it('stores every record once when the queue loses the payloads of its batches', async () => {
    const id = await ingestion.addSource('counting', { config: { records: 5_000 } })
    losing = true
    const run = await runOnce(id)
    losing = false
    expect(run).toMatchObject({ outcome: 'ok', inserted: 5_000n, updated: 0n, attempt: 1 })
    expect(lost.size).toBe(run.committedBatches)
    const { rows } = await database.pool.query('SELECT count(DISTINCT key)::int AS keys FROM records WHERE source_id = $1', [id])
    expect(rows).toEqual([{ keys: 5_000 }])
  })
})
