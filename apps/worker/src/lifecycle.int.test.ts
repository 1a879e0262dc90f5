import { complete, defineConnector } from '@inlet/connector-sdk'
import { type ActionRequest, actOnSource, type Database, listWorkers } from '@inlet/db'
import { sleep } from '@inlet/runtime'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Ingestion, startIngestion } from '../testing/start-ingestion.js'

const PAGE = 100
const DAY_MS = 86_400_000
/** The contents of the source, and whether a read may pass beyond its first pages. */
const world = { records: 1_000, mark: 'one', held: false, connects: 0, disconnects: 0 }

const numbers = defineConnector({
  type: 'numbers',
  version: '1.0.0',
  title: 'Numbers',
  description: 'Yields numbered records, one for each day.',
  configSchema: z.strictObject({}),
  secretSchema: z.strictObject({}),
  streams: async () => [{ name: 'numbers', kind: 'row' as const, incremental: true, deletes: 'none' as const }],
  connect: async () => {
    world.connects += 1
    return { [Symbol.asyncDispose]: async () => void (world.disconnects += 1) }
  },
  check: async () => {},
  async *read(_connection, { cursor, signal }) {
    for (let n = typeof cursor === 'number' ? cursor : 0; n < world.records; n += PAGE) {
      while (world.held && n >= 3 * PAGE) await sleep(20, signal)
      const records = Array.from({ length: PAGE }, (_, i) => ({
        stream: 'numbers',
        key: n + i,
        kind: 'row' as const,
        data: { mark: world.mark },
        occurredAt: new Date((n + i) * DAY_MS),
      }))
      yield { records, cursor: n + PAGE }
    }
    return complete('all numbers were read')
  },
})

describe('the life of a source on a real worker', () => {
  let ingestion: Ingestion
  let database: Database

  beforeAll(async () => {
    ingestion = await startIngestion({ overrides: { findConnector: () => numbers } })
    ;({ database } = ingestion.store)
  })
  afterAll(() => ingestion.close())

  const addSource = () => ingestion.addSource('numbers')
  const act = async (sourceId: string, action: ActionRequest['action'], more: Partial<ActionRequest> = {}): Promise<string | null> => {
    const result = await actOnSource(database, { sourceId, action, actor: 'test', ...more })
    if (result?.runId != null) await ingestion.queues.enqueueRuns([{ runId: result.runId, attempt: 0 }])
    return result?.runId ?? null
  }
  const runOf = (id: string | null) => database.prisma.run.findUniqueOrThrow({ where: { id: id ?? '' } })
  const ended = (id: string | null) => ingestion.ended(id ?? '')
  const stored = (sourceId: string) => database.prisma.stream.findFirst({ where: { sourceId } })
  const marks = async (sourceId: string): Promise<Record<string, number>> => {
    const { rows } = await database.pool.query<{ mark: string; n: number }>(
      `SELECT data->>'mark' AS mark, count(*)::int AS n FROM records WHERE source_id = $1 GROUP BY 1`,
      [sourceId],
    )
    return Object.fromEntries(rows.map(({ mark, n }) => [mark, n]))
  }

  it('stop cancels the active run and closes its connections; start continues from the cursor', async () => {
    world.held = true
    const sourceId = await addSource()
    const runId = await act(sourceId, 'start')
    await until(async () => (await stored(sourceId))?.cursor === 3 * PAGE)
    const { connects, disconnects } = world
    await act(sourceId, 'stop')
    expect(await ended(runId)).toMatchObject({ outcome: 'cancelled', inserted: 300n })
    await until(() => world.disconnects === disconnects + 1)
    world.held = false
    const next = await ended(await act(sourceId, 'start'))
    expect(next).toMatchObject({ outcome: 'ok', inserted: 700n, recordsRead: 700n })
    expect(world.connects).toBe(connects + 1)
  })

  it('restart replaces the active run; no record is lost or stored twice', async () => {
    world.held = true
    const sourceId = await addSource()
    const runId = await act(sourceId, 'start')
    await until(async () => ((await stored(sourceId))?.cursor as number) >= PAGE)
    const next = await act(sourceId, 'restart')
    world.held = false
    expect(await ended(next)).toMatchObject({ outcome: 'ok' })
    expect(await runOf(runId)).toMatchObject({ outcome: 'cancelled' })
    expect(await marks(sourceId)).toEqual({ [world.mark]: 1_000 })
  })

  it('reload closes idle connections; the next run opens one', async () => {
    const sourceId = await addSource()
    await ended(await act(sourceId, 'run'))
    const { connects, disconnects } = world
    await act(sourceId, 'reload')
    await until(() => world.disconnects === disconnects + 1)
    await ended(await act(sourceId, 'run'))
    expect(world.connects).toBe(connects + 1)
    await ended(await act(sourceId, 'run'))
    expect(world.connects).toBe(connects + 1)
  })

  it('backfill reads again what the cursor has passed, completely or by range, and can be cancelled', async () => {
    const sourceId = await addSource()
    await ended(await act(sourceId, 'run'))
    world.mark = 'two'
    expect(await ended(await act(sourceId, 'run'))).toMatchObject({ outcome: 'ok_nothing_new', recordsRead: 0n })
    const before = await stored(sourceId)

    const range = { from: new Date(100 * DAY_MS).toISOString(), to: new Date(150 * DAY_MS).toISOString() }
    expect(await ended(await act(sourceId, 'backfill', { backfill: range }))).toMatchObject({ outcome: 'ok', updated: 50n })
    expect(await marks(sourceId)).toEqual({ one: 950, two: 50 })

    world.held = true
    const cancelled = await act(sourceId, 'backfill', { backfill: { stream: 'numbers' } })
    await until(async () => (await runOf(cancelled)).committedBatches > 0)
    await act(sourceId, 'stop')
    expect(await ended(cancelled)).toMatchObject({ outcome: 'cancelled' })
    world.held = false
    await act(sourceId, 'start').then(ended)
    expect(await ended(await act(sourceId, 'backfill', { backfill: {} }))).toMatchObject({ outcome: 'ok', recordsRead: 1_000n })
    expect(await marks(sourceId)).toEqual({ two: 1_000 })
    const after = await stored(sourceId)
    expect([after?.cursor, after?.cursorEpoch, after?.cursorSeq]).toEqual([before?.cursor, before?.cursorEpoch, before?.cursorSeq])
  })

  it('both processes are listed while they are alive', async () => {
    const workers = await until(async () => {
      const found = await listWorkers(database)
      return found.length === 2 ? found : null
    })
    expect(workers.map(({ role, alive, refuses }) => [role, alive, refuses])).toEqual([
      ['scribe', true, null],
      ['worker', true, null],
    ])
  })
})
