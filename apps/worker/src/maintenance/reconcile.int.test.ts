import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { accountTicks, actOnSource, applyBatch, confirmQueued, createRun, deleteSource, finishRun, markDeleting, parkRun } from '@inlet/db'
import { nextTick, type Schedule, ticksBetween } from '@inlet/domain'
import { createLogger } from '@inlet/observability'
import { openQueues, type Queues, UNCONFIRMED } from '@inlet/queue'
import { createMasterKeyText, parseKeyring } from '@inlet/security'
import { openTestStore, startRedis, type TestRedis, type TestStore, testBatch, until } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { startChores } from './chores.js'
import { finishDeletions } from './finish-deletions.js'
import { reconcile, reconcileOften } from './reconcile.js'

const backends = [['postgres', ''] as const, ...(inject('redisServer') === '' ? [] : [['redis', inject('redisServer')] as const])]
const YEARLY: Schedule = { cron: '0 0 1 1 *', timeZone: 'UTC' }
const EVERY_MINUTE: Schedule = { cron: '* * * * *', timeZone: 'UTC' }

describe.each(backends)('reconcile with queues on %s', (_name, redisServer) => {
  let store: TestStore
  let redis: TestRedis | null = null
  let queues: Queues
  /** Loses and adds things in the queue without confirming them. */
  let loser: Queues
  let enqueued: { runId: string; attempt: number }[] = []
  const failures: string[] = []

  beforeAll(async () => {
    store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
    if (redisServer !== '') redis = await startRedis(redisServer)
    const connection = { redisUrl: redis?.url ?? null, databaseUrl: store.url, prefix: 'test', onError: () => {} }
    queues = await openQueues({ ...connection, confirm: confirmQueued(store.database) })
    loser = await openQueues({ ...connection, confirm: UNCONFIRMED })
  })
  afterEach(async () => {
    for (const { id } of await store.rows<{ id: string }>('SELECT id FROM sources')) {
      await queues.syncJobScheduler(id, null)
      await markDeleting(store.database, id, 'test')
      await deleteSource(store.database, id)
    }
    enqueued = []
    failures.length = 0
  })
  afterAll(async () => {
    await queues.close()
    await loser.close()
    await redis?.stop()
    await store.close()
  })
  const lockRow = async (statement: string, id: string) => {
    const client = await store.database.pool.connect()
    await client.query('BEGIN')
    await client.query(statement, [id])
    return client
  }
  const pass = (thorough = false, continuous: readonly string[] = [], through: Queues = queues) =>
    reconcile({
      database: store.database,
      queues: {
        ...through,
        enqueueRuns: async (runs) => {
          enqueued.push(...runs)
          await queues.enqueueRuns(runs)
        },
      },
      metrics: { countTick: () => {}, countRestored: () => {}, countMaintenanceFailure: (step) => failures.push(step) },
      log: createLogger({ level: 'fatal', name: 'test' }),
      thorough,
      continuous,
    })
  const NOTHING = {
    restored: 0,
    strays: 0,
    ticks: 0,
    enqueued: 0,
    restarted: 0,
    rechecked: 0,
    retried: 0,
    pushed: 0,
    continued: 0,
    stale: 0,
    fresh: 0,
  }
  const addScheduled = async (count: number, schedule = YEARLY): Promise<string[]> => {
    const ids: string[] = []
    for (let n = 0; n < count; n += 1) ids.push(await store.addSource({ schedule }))
    await pass()
    return ids
  }
  const scheduledIds = async () => (await queues.listSchedules()).map(({ sourceId }) => sourceId).toSorted()

  it('restores what is missing, once', async () => {
    const ids = await addScheduled(3)
    expect(await scheduledIds()).toEqual(ids.toSorted())
    expect(await pass()).toEqual(NOTHING)
  })

  it('keeps one run going for each continuous source that is active and not backing off', async () => {
    const ids: string[] = []
    for (let n = 0; n < 4; n += 1) ids.push(await store.addSource({ connector: 'stream' }))
    const [live = '', paused = '', failing = ''] = ids
    await store.addSource({ connector: 'other' })
    await actOnSource(store.database, { sourceId: paused, action: 'pause', actor: 'test' })
    await store.database.pool.query(`UPDATE sources SET restart_at = now() + interval '1 hour' WHERE id = $1`, [failing])
    expect(await pass(false, ['stream'])).toMatchObject({ continued: 2, enqueued: 0 })
    const runs = await store.rows<{ id: string; source_id: string }>(`SELECT id, source_id FROM runs WHERE trigger = 'continuous'`)
    expect(runs.map(({ source_id }) => source_id).toSorted()).toEqual([live, ids[3]].toSorted())
    expect(enqueued.map(({ runId }) => runId).toSorted()).toEqual(runs.map(({ id }) => id).toSorted())
    expect(await pass(false, ['stream'])).toMatchObject({ continued: 0 })
    await store.database.pool.query(`UPDATE runs SET status = 'ended', outcome = 'ok', finished_at = now() WHERE source_id = $1`, [live])
    expect(await pass(false, ['stream'])).toMatchObject({ continued: 1 })
  })

  it('restores everything after the queue was emptied', async () => {
    const ids = await addScheduled(200)
    if (redis !== null) await redis.restart({ empty: true })
    else for (const id of ids) await loser.syncJobScheduler(id, null)
    expect(await pass()).toMatchObject({ restored: 200 })
    expect(await scheduledIds()).toEqual(ids.toSorted())
    expect(await pass()).toEqual(NOTHING)
  })

  it('removes strays, and schedulers of sources that are paused or deleted', async () => {
    const [kept, paused, deleted] = await addScheduled(3)
    const stray = randomUUID()
    await loser.syncJobScheduler(stray, YEARLY)
    await actOnSource(store.database, { sourceId: paused ?? '', action: 'pause', actor: 'test' })
    await markDeleting(store.database, deleted ?? '', 'test')
    await pass()
    await pass()
    expect(await scheduledIds()).toEqual([kept])
  })

  it('finds a missing scheduler beside a stray, and a drifted one, in a thorough pass', async () => {
    const [missing, drifted] = await addScheduled(2)
    await loser.syncJobScheduler(missing ?? '', null)
    await loser.syncJobScheduler(randomUUID(), YEARLY)
    await loser.syncJobScheduler(drifted ?? '', { ...YEARLY, timeZone: 'Asia/Tokyo' })
    expect(await pass(true)).toMatchObject({ restored: 2, strays: 1 })
    const listed = (await queues.listSchedules()).toSorted((a, b) => a.sourceId.localeCompare(b.sourceId))
    expect(listed).toEqual([missing, drifted].toSorted().map((sourceId) => ({ sourceId, ...YEARLY })))
  })

  it('does not confirm a schedule that changed meanwhile', async () => {
    const [id] = await addScheduled(1)
    await store.database.pool.query(`UPDATE sources SET cron = '0 0 2 1 *' WHERE id = $1`, [id])
    await confirmQueued(store.database).schedulerSynced(id ?? '', YEARLY)
    expect(await pass()).toMatchObject({ restored: 1 })
    expect(await queues.listSchedules()).toMatchObject([{ cron: '0 0 2 1 *' }])
  })

  it('handles ticks that were missed: one run, every tick accounted for', async () => {
    const [id = ''] = await addScheduled(1, EVERY_MINUTE)
    const first = nextTick(EVERY_MINUTE, new Date(Date.now() - 600_000))
    await store.database.pool.query('UPDATE sources SET next_tick_at = $2 WHERE id = $1', [id, first])
    expect(await pass()).toMatchObject({ ticks: 1 })
    expect(enqueued).toHaveLength(1)
    const { nextTickAt } = await store.database.prisma.source.findUniqueOrThrow({ where: { id } })
    const expected = ticksBetween(EVERY_MINUTE, new Date(first.getTime() - 1), new Date((nextTickAt?.getTime() ?? 0) - 1), 1_000).ticks.length
    expect(await store.rows('SELECT sum(count)::int AS n FROM ticks WHERE source_id = $1', [id])).toEqual([{ n: expected }])
  })

  it('recreates jobs for runs that lost theirs, that no longer wait, or whose worker is gone', async () => {
    const ids = [await store.addSource(), await store.addSource(), await store.addSource(), await store.addSource(), await store.addSource()] as const
    const [never, lost, parked, dead, busy] = ids
    const make = async (sourceId: string) =>
      (await store.database.transaction((client) => createRun(client, { sourceId, trigger: 'manual' })))?.id ?? ''
    const neverRun = await make(never)
    const lostRun = await make(lost)
    await confirmQueued(store.database).runsEnqueued([lostRun])
    const parkedRun = await store.lease(parked)
    await parkRun(store.database, { ...parkedRun, wakeAt: new Date(Date.now() + 3_600_000), reason: 'RATE_LIMITED' })
    const deadRun = await store.lease(dead)
    await store.lease(busy)
    await pass()
    expect(enqueued.map(({ runId }) => runId)).toEqual([neverRun])
    await store.database.pool.query(`UPDATE runs SET enqueued_at = now() - interval '31 seconds' WHERE id = $1`, [lostRun])
    await store.database.pool.query(`UPDATE runs SET wake_at = now() WHERE id = $1`, [parkedRun.runId])
    await store.expireLease(dead)
    enqueued = []
    await pass()
    expect(enqueued.map(({ runId }) => runId).toSorted()).toEqual([lostRun, parkedRun.runId, deadRun.runId].toSorted())
    // The attempt is part of the job's name, so the job of the previous attempt is not in the way.
    expect(enqueued.find(({ runId }) => runId === deadRun.runId)?.attempt).toBe(1)
  })

  it('starts a failed source again when its pause is over, and only an active one', async () => {
    const [again, paused] = [await store.addSource(), await store.addSource()]
    for (const sourceId of [again, paused]) {
      const run = await store.lease(sourceId)
      const failure = { code: 'transient', reason: 'UNREACHABLE', message: 'm', next: 'n' } as const
      await finishRun(store.database, { runId: run.runId, epoch: run.epoch, failure })
    }
    expect(await pass()).toEqual(NOTHING)
    await actOnSource(store.database, { sourceId: paused, action: 'pause', actor: 'test' })
    await store.database.pool.query(`UPDATE sources SET restart_at = now() - interval '1 second'`)
    expect(await pass()).toMatchObject({ restarted: 1 })
    expect(await store.rows(`SELECT source_id, trigger FROM runs WHERE status <> 'ended'`)).toEqual([{ source_id: again, trigger: 'restart' }])
  })

  it('finishes deletions independently of its passes, and a locked one does not stop the others', async () => {
    const [sourceId, locked] = [await store.addSource({ schedule: YEARLY }), await store.addSource()]
    for (const each of [sourceId, locked]) {
      const run = await store.lease(each)
      await applyBatch(store.database, testBatch({ ...run, seq: 1 }, [{ key: 'a' }]))
    }
    await pass()
    for (const each of [locked, sourceId]) await markDeleting(store.database, each, 'test')
    const client = await lockRow('SELECT FROM records WHERE source_id = $1 FOR UPDATE', locked)
    const forgotten: string[] = []
    const metrics = { countMaintenanceFailure: () => {}, forgetSource: async (id: string) => void forgotten.push(id) }
    const deps = { database: store.database, metrics, log: createLogger({ level: 'fatal', name: 'test' }), holder: 'one', lookMs: 50 }
    const stop = [startChores(deps, [finishDeletions(deps)]), startChores({ ...deps, holder: 'two' }, [finishDeletions(deps)])]
    await until(() => forgotten.includes(sourceId))
    expect(await store.rows('SELECT FROM records WHERE source_id = $1', [sourceId])).toEqual([])
    expect(await store.rows('SELECT id FROM sources')).toEqual([{ id: locked }])
    await client.query('COMMIT')
    client.release()
    await until(() => forgotten.includes(locked))
    await Promise.all(stop.map((each) => each()))
    await pass()
    expect(await scheduledIds()).toEqual([])
  })

  it('is started by no job: workers take turns, except those whose clock is wrong', async () => {
    const ids = await addScheduled(2)
    for (const id of ids) await loser.syncJobScheduler(id, null)
    const log = createLogger({ level: 'fatal', name: 'test' })
    const metrics = { countTick: () => {}, countRestored: () => {}, countMaintenanceFailure: (step: string) => failures.push(step) }
    const common = {
      database: store.database,
      queues,
      keyring: parseKeyring(createMasterKeyText('k1')),
      metrics,
      log,
      continuous: [],
      lookMs: 20,
    }
    await store.database.pool.query(`UPDATE chores SET finished_at = NULL WHERE name = 'reconcile'`)
    const wrong = startChores({ ...common, holder: 'wrong' }, [reconcileOften({ ...common, isAllowed: () => false })])
    // Looks several times; if a tenth of a second is not enough, the test covers less.
    await delay(100)
    expect(await scheduledIds()).toEqual([])
    const right = startChores({ ...common, holder: 'right' }, [reconcileOften({ ...common, isAllowed: () => true })])
    await until(async () => (await scheduledIds()).length === 2)
    await Promise.all([wrong(), right()])
    expect(failures).toEqual([])
  })

  it('does not wait for a locked source or run, and processes all others', async () => {
    const ids = await addScheduled(2, EVERY_MINUTE)
    const [locked = '', free = ''] = ids
    const run = await store.lease(locked)
    await store.expireLease(locked)
    const client = await lockRow('SELECT FROM sources WHERE id = $1 FOR UPDATE', locked)
    await client.query('SELECT FROM runs WHERE id = $1 FOR UPDATE', [run.runId])
    await store.database.pool.query(
      `UPDATE sources SET next_tick_at = date_trunc('minute', now()) - interval '2 minutes', fresh_within_seconds = 1, created_at = now() - interval '1 hour',
         synced_schedule = NULL WHERE id = $1`,
      [free],
    )
    const restarting = await store.addSource()
    await store.database.pool.query(`UPDATE sources SET restart_at = now() - interval '1 second' WHERE id = $1`, [restarting])
    // The row of the locked source is just as due as those of the others.
    await client.query(
      `UPDATE sources SET next_tick_at = date_trunc('minute', now()) - interval '2 minutes', fresh_within_seconds = 1, synced_schedule = NULL, restart_at = now() - interval '1 second' WHERE id = $1`,
      [locked],
    )
    expect(await pass(true)).toMatchObject({ restored: 1, ticks: 1, restarted: 1, enqueued: 1, stale: 1 })
    expect(failures).toEqual([])
    await client.query('COMMIT')
    client.release()
    expect(await pass()).toMatchObject({ ticks: 1 })
  })

  it('does not let a failing source or step stop the others', async () => {
    const [broken = '', whole = ''] = await addScheduled(2, EVERY_MINUTE)
    await store.database.pool.query(`UPDATE sources SET next_tick_at = date_trunc('minute', now()) - interval '2 minutes'`)
    await store.database.pool.query(`UPDATE sources SET time_zone = 'Nowhere/Never' WHERE id = $1`, [broken])
    const failing = { ...queues, countSchedules: () => Promise.reject(new Error('no answer')) }
    expect(await pass(false, [], failing)).toMatchObject({ ticks: 1 })
    expect(failures.toSorted()).toEqual(expect.arrayContaining(['strays', 'ticks']))
    expect(enqueued).toHaveLength(1)
    expect(await store.rows(`SELECT source_id FROM runs WHERE status <> 'ended'`)).toEqual([{ source_id: whole }])
  })

  it('may run concurrently', async () => {
    const ids = await addScheduled(10, EVERY_MINUTE)
    await store.database.pool.query(`UPDATE sources SET next_tick_at = date_trunc('minute', now()) - interval '5 minutes'`)
    await Promise.all([pass(true), pass(true), pass(true), ...ids.map((id) => accountTicks(store.database, id, 'scheduler'))])
    expect(await store.rows(`SELECT count(*)::int AS n FROM runs WHERE status <> 'ended'`)).toEqual([{ n: 10 }])
    const ticks = await store.rows<{ n: number }>('SELECT sum(count)::int AS n FROM ticks GROUP BY source_id')
    expect(ticks).toHaveLength(10)
    expect(Math.max(...ticks.map(({ n }) => n)) - Math.min(...ticks.map(({ n }) => n))).toBeLessThanOrEqual(1)
    expect(await scheduledIds()).toEqual(ids.toSorted())
  })
})
