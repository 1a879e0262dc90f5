import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { finishRun } from '../runs/end-run.js'
import { ensureStreams } from '../runs/heartbeat.js'
import { acquireLease } from '../runs/lease.js'
import { accountTicks } from '../ticks/account-ticks.js'
import { deleteSource, markDeleting } from './delete-source.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

/** Lists the tables that still refer to the source, except the audit table. */
const leftOf = async (sourceId: string): Promise<string[]> => {
  const tables = await store.rows<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'source_id'`,
  )
  const left: string[] = []
  for (const { name } of tables) if ((await store.rows(`SELECT FROM "${name}" WHERE source_id = $1 LIMIT 1`, [sourceId])).length > 0) left.push(name)
  if ((await store.rows('SELECT FROM sources WHERE id = $1', [sourceId])).length > 0) left.push('sources')
  const orphans = await store.rows<{ n: number }>(
    'SELECT (SELECT count(*) FROM cursor_history WHERE stream_id NOT IN (SELECT id FROM streams))::int + (SELECT count(*) FROM sweep_seen WHERE run_id NOT IN (SELECT id FROM runs))::int AS n',
  )
  if (orphans[0]?.n !== 0) left.push('orphans')
  return left
}

const busySource = async () => {
  const sourceId = await store.addSource({ schedule: { cron: '* * * * *', timeZone: 'UTC' } })
  await store.database.pool.query(`UPDATE sources SET next_tick_at = date_trunc('minute', now()) - interval '3 minutes' WHERE id = $1`, [sourceId])
  await accountTicks(store.database, sourceId, 'scheduler')
  const run = await store.lease(sourceId)
  const effects = { cursors: [{ stream: 'main', cursor: 1 }] }
  await applyBatch(store.database, testBatch({ ...run, seq: 1, swept: ['main'], effects }, [{ key: 'a' }, { key: 'b', op: 'q' }]))
  return { sourceId, run }
}

describe('deleting a source', () => {
  it('leaves no row of it in any table', async () => {
    const { sourceId } = await busySource()
    expect(await markDeleting(store.database, sourceId, 'test')).toBe(true)
    expect(await markDeleting(store.database, sourceId, 'test')).toBe(false)
    await deleteSource(store.database, sourceId)
    expect(await leftOf(sourceId)).toEqual([])
    await deleteSource(store.database, sourceId)
  })

  it('fences its worker at once, and whatever that worker still tries leaves nothing behind', async () => {
    const { sourceId, run } = await busySource()
    await markDeleting(store.database, sourceId, 'test')
    expect(await applyBatch(store.database, testBatch({ ...run, seq: 2 }, [{ key: 'c' }]))).toEqual({ result: 'fenced' })
    expect(await acquireLease(store.database, { runId: run.runId, holder: 'x', ttlMs: 1_000 })).toMatchObject({ taken: false, because: 'gone' })
    await deleteSource(store.database, sourceId)
    expect(await applyBatch(store.database, testBatch({ ...run, seq: 3 }, [{ key: 'd' }]))).toEqual({ result: 'fenced' })
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch })).toBeNull()
    await ensureStreams(store.database, sourceId, [{ name: 'late', kind: 'row' }])
    expect(await leftOf(sourceId)).toEqual([])
  })

  it('leaves nothing behind when the run ends during the deletion', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { sourceId, run } = await busySource()
      await markDeleting(store.database, sourceId, 'test')
      await Promise.all([
        deleteSource(store.database, sourceId),
        finishRun(store.database, { runId: run.runId, epoch: run.epoch }),
        ensureStreams(store.database, sourceId, [{ name: 'late', kind: 'row' }]),
        acquireLease(store.database, { runId: run.runId, holder: 'x', ttlMs: 1_000 }),
      ])
      expect(await leftOf(sourceId)).toEqual([])
    }
  })
})
