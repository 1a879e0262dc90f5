import { openTestStore, type TestStore, until } from '@inlet/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { actOnSource } from '../lifecycle/act-on-source.js'
import { resetCursor } from '../sources/reset-cursor.js'
import { accountTicks } from '../ticks/account-ticks.js'
import { finishRun } from './end-run.js'
import { heartbeat } from './heartbeat.js'
import { acquireLease } from './lease.js'
import { cancelRun, releaseRun } from './release-run.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

type Run = Awaited<ReturnType<TestStore['lease']>>
const sendHeartbeat = (run: Run, recordsRead = 0) =>
  heartbeat(store.database, { ...run, ttlMs: 60_000, recordsRead, forwardedBatches: 0, forwardedBytes: 0, progress: {} })

/** Simulates a scribe in the middle of a long sweep: it has passed the fence, has counted, and holds lease and run. */
const sweeping = async (run: Run): Promise<pg.Client> => {
  const scribe = new pg.Client({ connectionString: store.url })
  await scribe.connect()
  await scribe.query('BEGIN')
  await scribe.query('SELECT FROM leases WHERE source_id = $1 FOR KEY SHARE', [run.sourceId])
  await scribe.query('UPDATE runs SET committed_batches = committed_batches + 1 WHERE id = $1', [run.runId])
  return scribe
}
const waiting = async (): Promise<boolean> =>
  (await store.rows(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).length > 0

describe('heartbeat', () => {
  it('reports when something moved, and only then', async () => {
    const run = await store.lease(await store.addSource())
    const movedAt = async () => (await store.database.prisma.run.findUniqueOrThrow({ where: { id: run.runId } })).movedAt
    await sendHeartbeat(run, 0)
    const before = await movedAt()
    await sendHeartbeat(run, 5)
    const after = await movedAt()
    expect(after?.getTime()).toBeGreaterThan(before?.getTime() ?? 0)
    await sendHeartbeat(run, 5)
    expect(await movedAt()).toEqual(after)
  })

  const others: Readonly<Record<string, (run: Run) => Promise<unknown>>> = {
    nobody: async () => {},
    'somebody who cancels the run': (run) => cancelRun(store.database, run.runId, 'test'),
    'somebody who pauses the source': (run) => actOnSource(store.database, { sourceId: run.sourceId, action: 'pause', actor: 'test' }),
    'somebody who stops the source': (run) => actOnSource(store.database, { sourceId: run.sourceId, action: 'stop', actor: 'test' }),
    'somebody who resets the cursor': (run) => resetCursor(store.database, { sourceId: run.sourceId }, 'test'),
    'a job that was delivered twice': (run) => acquireLease(store.database, { runId: run.runId, holder: 'other', ttlMs: 1_000 }),
    'a tick': (run) => accountTicks(store.database, run.sourceId, 'scheduler'),
    'a worker that was superseded and gives back': (run) => releaseRun(store.database, { ...run, epoch: run.epoch - 1 }),
    'a worker that was superseded and ends': (run) => finishRun(store.database, { runId: run.runId, epoch: run.epoch - 1 }),
  }
  it.each(Object.keys(others))('renews the lease at once while a scribe sweeps and %s waits', async (who) => {
    const run = await store.lease(await store.addSource())
    const scribe = await sweeping(run)
    let over = false
    const other = others[who]?.(run)
      .catch(() => {})
      .finally(() => (over = true))
    await until(async () => over || (await waiting()))
    for (let n = 0; n < 3; n += 1) expect(await sendHeartbeat(run)).toMatchObject({ held: true, renewed: true })
    await scribe.query('COMMIT')
    await scribe.end()
    await other
  })
})
