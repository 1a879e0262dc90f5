import { randomUUID } from 'node:crypto'
import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { finishRun } from '../runs/end-run.js'
import { heartbeat } from '../runs/heartbeat.js'
import { acquireLease } from '../runs/lease.js'
import { deleteSource, markDeleting } from '../sources/delete-source.js'
import { type ActionRequest, actOnSource } from './act-on-source.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const act = (sourceId: string, action: ActionRequest['action'], more: Partial<ActionRequest> = {}) =>
  actOnSource(store.database, { sourceId, action, actor: 'key:k1', ...more })
const sourceOf = (id: string) => store.database.prisma.source.findUniqueOrThrow({ where: { id } })
const audits = async (sourceId: string) =>
  store.rows<{ actor: string; action: string; before_hash: string; after_hash: string }>(
    `SELECT actor, action, before_hash, after_hash FROM audit WHERE target_id = $1 AND action <> 'source.create' ORDER BY id`,
    [sourceId],
  )
const activeRuns = (sourceId: string) =>
  store.rows<{ id: string; trigger: string; status: string }>(`SELECT id, trigger, status FROM runs WHERE source_id = $1 AND status <> 'ended'`, [
    sourceId,
  ])
const sendHeartbeat = (run: { sourceId: string; runId: string; epoch: number }) =>
  heartbeat(store.database, {
    generation: 1,
    credential: null,
    ...run,
    ttlMs: 60_000,
    recordsRead: 0,
    forwardedBatches: 0,
    forwardedBytes: 0,
    progress: {},
  })

describe('actOnSource', () => {
  it('stop asks an active run to end, keeps its cursor, and lets no run begin until start', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await applyBatch(store.database, testBatch({ ...run, seq: 1, effects: { cursors: [{ stream: 'main', cursor: 7 }] } }, [{ key: 'a' }]))
    expect(await act(sourceId, 'stop')).toEqual({ changed: true, runId: null, enqueue: [], statusBefore: 'ACTIVE' })
    expect(await sourceOf(sourceId)).toMatchObject({ status: 'STOPPED', generation: 2, revision: 2 })
    expect(await sendHeartbeat(run)).toMatchObject({ held: true, cancelRequested: true })
    await expect(act(sourceId, 'run')).rejects.toMatchObject({ reason: 'SOURCE_STOPPED' })
    await finishRun(store.database, {
      runId: run.runId,
      epoch: run.epoch,
      failure: { code: 'cancelled', reason: 'CANCELLED', message: 'm', next: '' },
    })
    expect(await sourceOf(sourceId)).toMatchObject({ status: 'STOPPED', lastOutcome: 'cancelled', restartAt: null })
    await expect(act(sourceId, 'resume')).rejects.toMatchObject({ reason: 'SOURCE_STOPPED' })

    const started = await act(sourceId, 'start')
    expect(await activeRuns(sourceId)).toMatchObject([{ id: started?.runId, trigger: 'manual', status: 'queued' }])
    const again = await store.lease(sourceId)
    expect(again.cursors.get('main')).toBe(7)
  })

  it('start replaces a stopped run that is still ending at once', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await act(sourceId, 'stop')
    const started = await act(sourceId, 'start')
    expect(await activeRuns(sourceId)).toMatchObject([{ id: started?.runId, status: 'queued' }])
    expect(await sendHeartbeat(run)).toMatchObject({ held: false })
  })

  it('restart ends the run and begins another on the live version; whatever the old one still sends is fenced', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    const restarted = await act(sourceId, 'restart')
    expect(await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'late' }]))).toEqual({ result: 'fenced' })
    expect(await sendHeartbeat(run)).toMatchObject({ held: false })
    expect(await store.database.prisma.run.findUniqueOrThrow({ where: { id: run.runId } })).toMatchObject({ status: 'ended', outcome: 'cancelled' })
    const next = await acquireLease(store.database, { runId: restarted?.runId ?? '', holder: 'other', ttlMs: 60_000 })
    expect(next).toMatchObject({ taken: true, run: { generation: run.generation + 1, attempt: 1 } })
    expect(await sourceOf(sourceId)).toMatchObject({ processDeaths: 0, status: 'ACTIVE' })
  })

  it('repeating start, stop, pause or resume changes nothing and writes nothing', async () => {
    const sourceId = await store.addSource()
    await store.lease(sourceId)
    for (const action of ['start', 'pause', 'pause', 'resume', 'resume', 'stop', 'stop', 'pause'] as const) await act(sourceId, action)
    expect((await audits(sourceId)).map(({ action }) => action)).toEqual(['source.pause', 'source.resume', 'source.stop'])
    const events = await store.rows<{ type: string }>(`SELECT type FROM events WHERE source_id = $1 AND type LIKE 'source.%' ORDER BY id`, [sourceId])
    expect(events.map(({ type }) => type)).toEqual(['source.created', 'source.status', 'source.status', 'source.status'])
    expect(await sourceOf(sourceId)).toMatchObject({ status: 'STOPPED', revision: 4 })
  })

  it('each action that does something leaves one audit row with actor and hashes, in its transaction', async () => {
    const sourceId = await store.addSource()
    const actions = ['reload', 'restart', 'stop', 'start', 'pause', 'resume'] as const
    for (const action of actions) await act(sourceId, action)
    const rows = await audits(sourceId)
    expect(rows.map(({ action }) => action)).toEqual(actions.map((action) => `source.${action}`))
    for (const row of rows) {
      expect(row.actor).toBe('key:k1')
      expect([row.before_hash, row.after_hash].every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true)
    }
    await expect(act(sourceId, 'backfill', { backfill: { stream: 'none' } })).rejects.toMatchObject({ reason: 'RUN_IN_PROGRESS' })
    await expect(act(sourceId, 'run')).rejects.toMatchObject({ reason: 'RUN_IN_PROGRESS' })
    expect(await audits(sourceId)).toHaveLength(actions.length)
  })

  it('notifies workers of new generations', async () => {
    const client = await store.database.pool.connect()
    const notified: string[] = []
    client.on('notification', ({ payload }) => void notified.push(payload ?? ''))
    await client.query('LISTEN inlet_sources')
    const sourceId = await store.addSource()
    await act(sourceId, 'reload')
    await client.query('SELECT 1')
    expect(notified).toEqual([sourceId])
    await client.query('UNLISTEN *')
    client.release()
  })

  it('many concurrent actions leave one run and one status', async () => {
    const sourceId = await store.addSource()
    const actions = ['start', 'stop', 'restart', 'pause', 'resume', 'start', 'restart', 'reload', 'run', 'stop', 'start', 'start'] as const
    const results = await Promise.allSettled(actions.map((action) => act(sourceId, action)))
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.reason] : []))
    expect(refused.filter((reason) => !['SOURCE_PAUSED', 'SOURCE_STOPPED', 'RUN_IN_PROGRESS'].includes(reason))).toEqual([])
    expect((await activeRuns(sourceId)).length).toBeLessThanOrEqual(1)
    const done = results.filter((result) => result.status === 'fulfilled' && result.value?.changed)
    expect(await audits(sourceId)).toHaveLength(done.length)
  })

  it('a failure that a retry cannot fix stops an active source, which waits for its owner; start clears it', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId)
    await finishRun(store.database, {
      runId: run.runId,
      epoch: run.epoch,
      failure: { code: 'auth_failed', reason: 'AUTH_FAILED', message: 'no', next: '' },
    })
    expect(await sourceOf(sourceId)).toMatchObject({ status: 'ERROR', restartAt: null })
    expect(await act(sourceId, 'start')).toMatchObject({ changed: true })
    expect(await sourceOf(sourceId)).toMatchObject({ status: 'ACTIVE', statusReason: null })
  })

  it('a source that waited for a repair continues at once when resumed, a paused one does not', async () => {
    const sourceId = await store.addSource()
    await store.rows(`UPDATE sources SET status = 'ERROR', status_reason = 'AUTH_FAILED' WHERE id = $1`, [sourceId])
    const resumed = await act(sourceId, 'resume')
    expect(resumed).toMatchObject({ changed: true, runId: expect.any(String), enqueue: [resumed?.runId] })
    expect(await activeRuns(sourceId)).toHaveLength(1)
    const paused = await store.addSource()
    await act(paused, 'pause')
    expect(await act(paused, 'resume')).toMatchObject({ changed: true, runId: null })
  })

  it('three consecutive deaths suspend it until somebody resumes it', async () => {
    const sourceId = await store.addSource()
    const { runId } = await store.lease(sourceId)
    for (const because of [undefined, undefined, 'suspended']) {
      await store.expireLease(sourceId)
      const lease = await acquireLease(store.database, { runId, holder: randomUUID(), ttlMs: 60_000 })
      expect(lease.taken ? undefined : lease.because).toBe(because)
    }
    expect(await sourceOf(sourceId)).toMatchObject({ status: 'ERROR', statusReason: 'POISON_SOURCE' })
    await act(sourceId, 'resume')
    expect(await sourceOf(sourceId)).toMatchObject({ status: 'ACTIVE', processDeaths: 0 })
  })

  it('is null for a source that is unknown or being deleted', async () => {
    const sourceId = await store.addSource()
    await markDeleting(store.database, sourceId, 'test')
    expect(await act(sourceId, 'start')).toBeNull()
    await deleteSource(store.database, sourceId)
    expect(await act(sourceId, 'stop')).toBeNull()
  })
})

describe('ticks that are due when the status changes', () => {
  const due = async () => {
    const sourceId = await store.addSource({ schedule: { cron: '*/5 * * * *', timeZone: 'UTC' } })
    await store.rows(`UPDATE sources SET next_tick_at = date_trunc('hour', now()) WHERE id = $1`, [sourceId])
    return sourceId
  }

  it('belong to the previous status: pausing creates the run that was due, and returns it to be enqueued', async () => {
    const sourceId = await due()
    const result = await act(sourceId, 'pause')
    const [run] = await activeRuns(sourceId)
    expect(run).toMatchObject({ trigger: 'schedule', status: 'queued' })
    expect(result).toEqual({ changed: true, runId: null, enqueue: [run?.id], statusBefore: 'ACTIVE' })
    expect(await store.rows('SELECT DISTINCT outcome FROM ticks WHERE source_id = $1 AND run_id IS NOT NULL', [sourceId])).toEqual([
      { outcome: 'ran' },
    ])
  })

  it('are cancelled with the source that is stopped', async () => {
    const sourceId = await due()
    await act(sourceId, 'stop')
    expect(await store.rows('SELECT cancel_requested_at IS NOT NULL AS cancelled FROM runs WHERE source_id = $1', [sourceId])).toEqual([
      { cancelled: true },
    ])
  })

  it('are left to the scheduler when the action is refused', async () => {
    const sourceId = await due()
    await act(sourceId, 'pause')
    await store.rows(`UPDATE sources SET next_tick_at = date_trunc('hour', now()) WHERE id = $1`, [sourceId])
    const ticks = () => store.rows('SELECT scheduled_for, outcome FROM ticks WHERE source_id = $1 ORDER BY 1', [sourceId])
    const before = await ticks()
    await expect(act(sourceId, 'run')).rejects.toMatchObject({ reason: 'SOURCE_PAUSED' })
    expect(await ticks()).toEqual(before)
    expect((await sourceOf(sourceId)).nextTickAt?.getTime()).toBeLessThanOrEqual(Date.now())
  })
})
