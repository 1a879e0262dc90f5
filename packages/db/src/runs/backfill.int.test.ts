import { randomUUID } from 'node:crypto'
import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { actOnSource } from '../lifecycle/act-on-source.js'
import type { BackfillPlan } from './create-run.js'
import { finishRun } from './end-run.js'
import { acquireLease, type LeasedRun } from './lease.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const cursors = (...values: readonly number[]) => ({ cursors: values.map((cursor) => ({ stream: 'main', cursor })) })
const lease = async (runId: string): Promise<LeasedRun> => {
  const taken = await acquireLease(store.database, { runId, holder: randomUUID(), ttlMs: 60_000 })
  if (!taken.taken) throw new Error(taken.because)
  return taken.run
}
const beginBackfill = async (sourceId: string, backfill: BackfillPlan = {}): Promise<LeasedRun> => {
  const begun = await actOnSource(store.database, { sourceId, action: 'backfill', backfill, actor: 'test' })
  return lease(begun?.runId ?? '')
}
const live = async (sourceId: string) =>
  store.rows<{ cursor: unknown; moves: number }>(
    `SELECT cursor, cursor_epoch::int AS epoch, cursor_seq AS seq, (SELECT count(*)::int FROM cursor_history WHERE stream_id = st.id) AS moves FROM streams st
     WHERE source_id = $1`,
    [sourceId],
  )
/** Creates a source with two records whose live cursor is at 20. */
const readSource = async (): Promise<string> => {
  const sourceId = await store.addSource()
  const run = await store.lease(sourceId)
  await applyBatch(store.database, testBatch({ ...run, seq: 1, effects: cursors(10) }, [{ key: 'a', v: 1 }]))
  await applyBatch(store.database, testBatch({ ...run, seq: 2, effects: cursors(20) }, [{ key: 'b', v: 1 }]))
  await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
  return sourceId
}

describe('a backfill', () => {
  it('starts at the beginning, stores by identity and leaves the live cursor and its history alone', async () => {
    const sourceId = await readSource()
    const before = await live(sourceId)
    const source = await store.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })
    const run = await beginBackfill(sourceId)
    expect(run).toMatchObject({ backfill: {} })
    expect(run.cursors.size).toBe(0)
    const applied = await applyBatch(
      store.database,
      testBatch({ ...run, seq: 1, effects: cursors(5) }, [{ key: 'a', v: 2 }, { key: 'b', v: 1 }, { key: 'c' }]),
    )
    expect(applied).toMatchObject({ result: 'applied', counts: { inserted: 1, updated: 1, unchanged: 1 } })
    expect(await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })).toBe('ok')
    expect(await live(sourceId)).toEqual(before)
    // Nor does it make the source look fresh.
    expect(await store.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })).toMatchObject({
      lastSuccessAt: source.lastSuccessAt,
      lastRunId: source.lastRunId,
      status: 'ACTIVE',
    })
    const next = await store.lease(sourceId)
    expect(next.cursors.get('main')).toBe(20)
    expect(next.backfill).toBeNull()
  })

  it('continues from its own cursor when its worker dies, and fences batches of the dead worker', async () => {
    const sourceId = await readSource()
    const first = await beginBackfill(sourceId)
    await applyBatch(store.database, testBatch({ ...first, seq: 1, effects: cursors(3) }, [{ key: 'a' }]))
    // Beyond a gap: stored, but its cursor must not move yet.
    await applyBatch(store.database, testBatch({ ...first, seq: 3, effects: cursors(9) }, [{ key: 'x' }]))
    await store.expireLease(sourceId)
    const second = await lease(first.runId)
    expect(second.cursors).toEqual(new Map([['main', 3]]))
    expect(await applyBatch(store.database, testBatch({ ...first, seq: 2, effects: cursors(6) }, [{ key: 'y' }]))).toEqual({ result: 'fenced' })
    await applyBatch(store.database, testBatch({ ...second, seq: second.nextSeq, effects: cursors(6) }, [{ key: 'y' }]))
    await store.expireLease(sourceId)
    expect((await lease(first.runId)).cursors).toEqual(new Map([['main', 6]]))
    expect((await live(sourceId))[0]?.cursor).toBe(20)
    // Every attempt got further, so no death counts as a second one.
    expect((await store.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })).processDeaths).toBe(1)
  })

  it('starts where the live cursor stood at a moment of its history', async () => {
    const sourceId = await readSource()
    await store.database.pool.query(
      `UPDATE cursor_history h SET at = CASE WHEN h.cursor = '10' THEN timestamptz '2026-01-10' ELSE timestamptz '2026-01-20' END FROM streams st
       WHERE st.id = h.stream_id AND st.source_id = $1`,
      [sourceId],
    )
    const from = async (cursorAt: string): Promise<unknown> => {
      const run = await beginBackfill(sourceId, { cursorAt })
      await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
      return run.cursors.get('main')
    }
    expect(await from('2026-01-15T00:00:00Z')).toBe(10)
    expect(await from('2026-01-20T00:00:00Z')).toBe(20)
    expect(await from('2026-01-01T00:00:00Z')).toBeUndefined()
  })

  it('finds what is gone at the source if it reads everything', async () => {
    const sourceId = await readSource()
    const run = await beginBackfill(sourceId)
    const effects = { ...cursors(5), sweeps: [{ stream: 'main' }] }
    await applyBatch(store.database, testBatch({ ...run, seq: 1, swept: ['main'], effects }, [{ key: 'a', v: 1 }]))
    const rows = await store.rows<{ key: string }>('SELECT key FROM records WHERE source_id = $1 AND deleted_at IS NOT NULL', [sourceId])
    expect(rows).toEqual([{ key: 'b' }])
  })

  it('leaves the source unchanged when it fails, and is not started again automatically', async () => {
    const sourceId = await readSource()
    for (const code of ['auth_failed', 'transient'] as const) {
      const run = await beginBackfill(sourceId)
      await finishRun(store.database, { runId: run.runId, epoch: run.epoch, failure: { code, reason: 'AUTH_FAILED', message: 'm', next: '' } })
      expect(await store.database.prisma.source.findUniqueOrThrow({ where: { id: sourceId } })).toMatchObject({
        status: 'ACTIVE',
        restartAt: null,
        lastOutcome: 'ok',
        consecutiveFailures: 0,
      })
    }
    const ended = await store.rows<{ data: unknown }>(
      `SELECT data FROM events WHERE source_id = $1 AND type = 'run.ended' ORDER BY id DESC LIMIT 1`,
      [sourceId],
    )
    expect(ended[0]?.data).toMatchObject({ trigger: 'backfill', outcome: 'failed' })
  })

  it('refuses a stream the source does not have, and a concurrent second run', async () => {
    const sourceId = await readSource()
    await expect(beginBackfill(sourceId, { stream: 'none' })).rejects.toMatchObject({ reason: 'NOT_FOUND', field: 'stream' })
    await beginBackfill(sourceId, { stream: 'main' })
    await expect(actOnSource(store.database, { sourceId, action: 'run', actor: 'test' })).rejects.toMatchObject({ reason: 'RUN_IN_PROGRESS' })
  })
})
