import { randomUUID } from 'node:crypto'
import { openTestStore, type TestStore, testBatch, until } from '@inlet/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { createRun } from './create-run.js'
import { finishRun } from './end-run.js'
import { heartbeat } from './heartbeat.js'
import { acquireLease } from './lease.js'
import { cancelRun, parkRun, releaseRun } from './release-run.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const take = (runId: string, holder = 'other') => acquireLease(store.database, { runId, holder, ttlMs: 60_000 })
const sourceRow = async (id: string) => store.database.prisma.source.findUniqueOrThrow({ where: { id } })

describe('acquireLease', () => {
  it('is held while its holder renews it, even against a second job in the same worker', async () => {
    const run = await store.lease(await store.addSource(), { holder: 'me' })
    expect(await take(run.runId, 'me')).toMatchObject({ taken: false, because: 'held', until: expect.any(Date) })
    expect(await take(run.runId, 'other')).toMatchObject({ taken: false, because: 'held' })
    expect(
      await heartbeat(store.database, { ...run, ttlMs: 60_000, recordsRead: 0, forwardedBatches: 0, forwardedBytes: 0, progress: {} }),
    ).toMatchObject({
      held: true,
      cancelRequested: false,
    })
  })

  it('reports once that the run started, however often the lease is taken', async () => {
    const sourceId = await store.addSource()
    const { runId } = await store.lease(sourceId)
    await store.expireLease(sourceId)
    await take(runId)
    const events = await store.rows(`SELECT run_id, level FROM events WHERE source_id = $1 AND type = 'run.started'`, [sourceId])
    expect(events).toEqual([{ run_id: runId, level: 'info' }])
  })

  it('raises the epoch at each takeover, and notifies the old holder', async () => {
    const sourceId = await store.addSource()
    const first = await store.lease(sourceId)
    await store.expireLease(sourceId)
    const second = await take(first.runId)
    expect(second).toMatchObject({ taken: true, run: { epoch: first.epoch + 1, attempt: 2 } })
    const stale = { ...first, ttlMs: 60_000, recordsRead: 0, forwardedBatches: 0, forwardedBytes: 0, progress: {} }
    expect(await heartbeat(store.database, stale)).toMatchObject({ held: false })
    expect(await finishRun(store.database, { runId: first.runId, epoch: first.epoch })).toBeNull()
  })

  it('reports gone for runs that ended, were cancelled or never existed', async () => {
    const run = await store.lease(await store.addSource())
    await finishRun(store.database, { runId: run.runId, epoch: run.epoch })
    expect(await take(run.runId)).toEqual({ taken: false, because: 'gone' })
    expect(await take(randomUUID())).toEqual({ taken: false, because: 'gone' })
    const sourceId = await store.addSource()
    const queued = await store.database.transaction((client) => createRun(client, { sourceId, trigger: 'manual' }))
    await store.database.pool.query('UPDATE runs SET cancel_requested_at = now() WHERE id = $1', [queued?.id])
    expect(await take(queued?.id ?? '')).toEqual({ taken: false, because: 'gone' })
    expect(await sourceRow(sourceId)).toMatchObject({ lastOutcome: 'cancelled' })
  })

  it('leaves a parked run alone until its time has come', async () => {
    const run = await store.lease(await store.addSource())
    const wakeAt = new Date(Date.now() + 3_600_000)
    await parkRun(store.database, { ...run, wakeAt, reason: 'RATE_LIMITED' })
    expect(await take(run.runId)).toEqual({ taken: false, because: 'parked', until: wakeAt })
    await store.database.pool.query(`UPDATE runs SET wake_at = now() - interval '1 second' WHERE id = $1`, [run.runId])
    expect(await take(run.runId)).toMatchObject({ taken: true, run: { epoch: run.epoch + 1 } })
  })

  it('waits for a batch being applied, and neither blocks the other', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await store.expireLease(sourceId)
    // A transaction of the scribe that has passed the fence and still has to count.
    const scribe = new pg.Client({ connectionString: store.url })
    await scribe.connect()
    await scribe.query('BEGIN')
    await scribe.query('SELECT FROM leases WHERE source_id = $1 FOR KEY SHARE', [sourceId])
    const taking = take(run.runId)
    await until(
      async () => (await store.rows(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).length > 0,
    )
    await scribe.query('UPDATE runs SET committed_batches = committed_batches + 1 WHERE id = $1', [run.runId])
    await scribe.query('COMMIT')
    await scribe.end()
    expect(await taking).toMatchObject({ taken: true, run: { epoch: run.epoch + 1, committedBatches: 1 } })
  })

  it('continues counting where the previous attempt stopped, so that the backlog stays correct', async () => {
    const sourceId = await store.addSource()
    const first = await store.lease(sourceId)
    await applyBatch(store.database, testBatch({ ...first, seq: 1 }, [{ key: 'a' }]))
    await store.expireLease(sourceId)
    const lease = await take(first.runId)
    if (!lease.taken) throw new Error('not taken')
    const [stored] = await store.rows<{ bytes: number }>('SELECT committed_bytes::int AS bytes FROM runs WHERE id = $1', [first.runId])
    expect(lease.run).toMatchObject({ nextSeq: 2, committedBatches: 1, committedBytes: stored?.bytes })
  })
})

describe('leaving a run', () => {
  it('by release: another worker continues at once, and no death is counted', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await releaseRun(store.database, run)
    expect(await take(run.runId)).toMatchObject({ taken: true, run: { epoch: run.epoch + 1 } })
    expect(await sourceRow(sourceId)).toMatchObject({ processDeaths: 0 })
  })

  it('is impossible for a worker that lost it, by release or by parking', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await store.expireLease(sourceId)
    await take(run.runId)
    await releaseRun(store.database, run)
    await parkRun(store.database, { ...run, wakeAt: new Date(), reason: 'RATE_LIMITED' })
    expect(await store.database.prisma.run.findUniqueOrThrow({ where: { id: run.runId } })).toMatchObject({ status: 'running', holder: 'other' })
  })

  it('by cancelling: at once when no worker holds it, otherwise by request', async () => {
    const run = await store.lease(await store.addSource())
    expect(await cancelRun(store.database, run.runId, 'test')).toBe('requested')
    expect(
      await heartbeat(store.database, { ...run, ttlMs: 60_000, recordsRead: 0, forwardedBatches: 0, forwardedBytes: 0, progress: {} }),
    ).toMatchObject({
      held: true,
      cancelRequested: true,
    })
    await store.expireLease(run.sourceId)
    expect(await cancelRun(store.database, run.runId, 'test')).toBe('ended')
    expect(await cancelRun(store.database, run.runId, 'test')).toBe('inactive')
    expect(await cancelRun(store.database, randomUUID(), 'test')).toBeNull()
  })

  it('does not deadlock with a simultaneous tick', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    const ticking = new pg.Client({ connectionString: store.url })
    await ticking.connect()
    await ticking.query('BEGIN')
    await ticking.query('SELECT FROM sources WHERE id = $1 FOR UPDATE', [sourceId])
    const ending = finishRun(store.database, { runId: run.runId, epoch: run.epoch })
    await until(
      async () => (await store.rows(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).length > 0,
    )
    expect(await createRun(ticking, { sourceId, trigger: 'schedule' })).toEqual({ id: run.runId, created: false })
    await ticking.query('COMMIT')
    await ticking.end()
    expect(await ending).toBe('suspect_empty')
  })
})
