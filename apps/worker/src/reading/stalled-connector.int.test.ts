import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { complete, defineConnector } from '@inlet/connector-sdk'
import { createDatabase, createRun, createSource, type Database } from '@inlet/db'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { openQueues, type Queues, UNCONFIRMED } from '@inlet/queue'
import { createMasterKeyText, parseKeyring } from '@inlet/security'
import { createTestDatabase, type TestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { composeWorker } from '../compose.js'

const never = (): Promise<never> => new Promise(() => {})

/** Hangs for good where its settings say, whatever its signal does. */
const hanging = defineConnector({
  type: 'hanging',
  version: '1.0.0',
  title: 'Hanging',
  description: 'Never answers.',
  configSchema: z.strictObject({ where: z.enum(['connect', 'streams', 'read', 'cleanup', 'dispose']) }),
  secretSchema: z.strictObject({}),
  connect: async ({ config: { where } }) => {
    if (where === 'connect') await never()
    return { where, [Symbol.asyncDispose]: () => (where === 'dispose' ? never() : Promise.resolve()) }
  },
  check: never,
  streams: async ({ where }) => {
    if (where === 'streams') await never()
    return [{ name: 'numbers', kind: 'row' as const, incremental: true, deletes: 'none' as const }]
  },
  async *read({ where }) {
    try {
      yield { records: [{ stream: 'numbers', key: 1, kind: 'row' as const, data: {} }] }
      if (where !== 'connect' && where !== 'streams') await never()
      return complete('there is one number')
    } finally {
      if (where === 'cleanup') await never()
    }
  },
})

describe('a connector that hangs', () => {
  let store: TestDatabase
  let database: Database
  let queues: Queues
  const closers: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    database = createDatabase({ url: store.url, applicationName: 'test' })
    const worker = await composeWorker(
      {
        DATABASE_URL: store.url,
        REDIS_URL: undefined,
        LOG_LEVEL: 'fatal',
        INLET_QUEUE_PREFIX: 'inlet',
        INLET_LEASE_TTL_MS: 15_000,
        INLET_ENCRYPTION_KEYS: parseKeyring(createMasterKeyText('k1')),
        INLET_EGRESS_ALLOW: [],
        INLET_CONNECTORS: [],
        INLET_SINGER_TAPS: new Map(),
        INLET_FILE_ROOTS: [],
        INLET_WORK_DIR: path.join(tmpdir(), `inlet-test-${randomUUID()}`),
        INLET_CHROMIUM_SANDBOX: 'auto',
        INLET_CHROMIUM_PAGES: 4,
        INLET_CHROMIUM_MEMORY_BYTES: 1_073_741_824,
        // A single slot: a run that kept it would hold up all that follow.
        INLET_WORKER_CONCURRENCY: 1,
        INLET_WORKER_PAGE_TIMEOUT_MS: 1_000,
        INLET_WORKER_INFLIGHT_BYTES: 33_554_432,
        INLET_SCRIBE_BACKLOG_BYTES: 67_108_864,
        INLET_WORKER_OPS_HOST: '127.0.0.1',
        INLET_WORKER_OPS_PORT: 0,
      },
      { log: createLogger({ level: 'fatal', name: 'test' }), secrets: createSecretRegistry(), signal: new AbortController().signal },
      { findConnector: () => hanging, graceMs: 100 },
    )
    queues = await openQueues({ redisUrl: null, databaseUrl: store.url, confirm: UNCONFIRMED, onError: () => {} })
    closers.push(
      () => queues.close(),
      () => worker.close(),
      () => database.close(),
      () => store.drop(),
    )
  })
  afterAll(async () => {
    for (const close of closers) await close()
  })

  const begin = async (where: string) => {
    const id = randomUUID()
    await createSource(
      database,
      { id, name: `hanging ${id}`, connector: 'hanging', config: { where }, schedule: null, labels: {}, sealedSecrets: null },
      'test',
    )
    const run = await database.transaction((client) => createRun(client, { sourceId: id, trigger: 'manual' }))
    if (run === null) throw new Error('no run')
    await queues.enqueueRuns([{ runId: run.id, attempt: 0 }])
    return { sourceId: id, runId: run.id }
  }
  const ended = (runId: string) => until(async () => (await database.prisma.run.findUnique({ where: { id: runId, status: 'ended' } })) ?? null)

  it.each(['connect', 'streams', 'read', 'cleanup', 'dispose'])(
    'in its %s ends with a clear reason, and keeps neither place nor lease',
    async (where) => {
      const { runId, sourceId } = await begin(where)
      expect(await ended(runId)).toMatchObject({ outcome: 'failed', errorReason: 'CONNECTOR_STALLED' })
      const { rows } = await database.pool.query(
        'SELECT 1 FROM leases WHERE source_id = $1 AND run_id IS NOT NULL AND expires_at > clock_timestamp()',
        [sourceId],
      )
      expect(rows).toEqual([])
    },
  )

  it('is cancelled although it ignores its signal', async () => {
    const { runId } = await begin('read')
    await until(async () => (await database.prisma.run.findUnique({ where: { id: runId } }))?.status === 'running')
    await database.pool.query('UPDATE runs SET cancel_requested_at = clock_timestamp() WHERE id = $1', [runId])
    expect((await ended(runId)).status).toBe('ended')
  })
})
