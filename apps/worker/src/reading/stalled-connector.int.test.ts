import { complete, defineConnector } from '@inlet/connector-sdk'
import type { Database } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Ingestion, startIngestion } from '../../testing/start-ingestion.js'

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
  let ingestion: Ingestion
  let database: Database

  beforeAll(async () => {
    ingestion = await startIngestion({
      scribes: 0,
      // A single slot: a run that kept it would hold up all that follow.
      config: { INLET_WORKER_CONCURRENCY: 1, INLET_WORKER_PAGE_TIMEOUT_MS: 1_000 },
      overrides: { findConnector: () => hanging, graceMs: 100 },
    })
    ;({ database } = ingestion.store)
  })
  afterAll(() => ingestion.close())

  const begin = async (where: string) => {
    const sourceId = await ingestion.addSource('hanging', { config: { where } })
    return { sourceId, runId: await ingestion.startRun(sourceId) }
  }

  it.each(['connect', 'streams', 'read', 'cleanup', 'dispose'])(
    'in its %s ends with a clear reason, and keeps neither place nor lease',
    async (where) => {
      const { runId, sourceId } = await begin(where)
      expect(await ingestion.ended(runId)).toMatchObject({ outcome: 'failed', errorReason: 'CONNECTOR_STALLED' })
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
    expect((await ingestion.ended(runId)).status).toBe('ended')
  })
})
