import { openTestStore, type TestStore, testBatch } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { createDueRestart, listDueRestarts } from '../reconcile/reconcile-queries.js'
import { markGone, recordHeartbeat, type WorkerHeartbeat } from '../workers/worker-repository.js'
import { createRun } from './create-run.js'
import { finishRun } from './end-run.js'
import { acquireLease, type LeasedRun, type LeaseResult } from './lease.js'
import { releaseRun } from './release-run.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterEach(async () => {
  await store.database.pool.query('DELETE FROM workers')
  await store.database.pool.query(`UPDATE runs SET status = 'ended' WHERE status <> 'ended'`)
})
afterAll(() => store.close())

const TTL_MS = 15_000
const heartbeatOf = (id: string): WorkerHeartbeat => ({
  id,
  role: 'worker',
  host: 'h',
  pid: 1,
  version: '1',
  concurrency: 20,
  running: 1,
  backpressure: false,
  refuses: null,
  problem: null,
  reason: null,
  connectors: [],
})
const alive = (id: string, refuses: WorkerHeartbeat['refuses'] = null) => recordHeartbeat(store.database, { ...heartbeatOf(id), refuses })
const take = (runId: string, holder: string): Promise<LeaseResult> => acquireLease(store.database, { runId, holder, ttlMs: TTL_MS })
const taken = (result: LeaseResult): LeasedRun => {
  if (!result.taken) throw new Error(`not taken: ${result.because}`)
  return result.run
}
/** Simulates a process that ended silently: its last heartbeat is some time ago, and its leases have expired. */
const kill = async (holder: string): Promise<void> => {
  await store.database.pool.query(`UPDATE workers SET heartbeat_at = clock_timestamp() - interval '13 seconds' WHERE id = $1`, [holder])
  await store.database.pool.query(`UPDATE leases SET expires_at = clock_timestamp() - interval '1 millisecond' WHERE holder = $1`, [holder])
}
const sourceOf = (id: string) => store.database.prisma.source.findUniqueOrThrow({ where: { id } })
const runOf = (id: string) => store.database.prisma.run.findUniqueOrThrow({ where: { id } })
let n = 0
const newWorker = async (): Promise<string> => {
  n += 1
  await alive(`w${n}`)
  return `w${n}`
}
const start = async (holder: string): Promise<LeasedRun> => store.lease(await store.addSource(), { holder, ttlMs: TTL_MS })

describe('a source that kills its worker', () => {
  it('is suspended at the third death, if it was alone, and tried again later', async () => {
    let holder = await newWorker()
    const { runId, sourceId } = await start(holder)
    for (const expected of [{ taken: true }, { taken: true }, { taken: false, because: 'suspended' }]) {
      await kill(holder)
      holder = await newWorker()
      expect(await take(runId, holder)).toMatchObject(expected)
    }
    const source = await sourceOf(sourceId)
    expect(source).toMatchObject({ status: 'ERROR', statusReason: 'POISON_SOURCE', processDeaths: 3 })
    expect((source.restartAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(14 * 60_000)
  })

  it('is suspended too when each attempt stores the same batches again, but not when each gets further', async () => {
    for (const further of [false, true]) {
      let holder = await newWorker()
      let run = await start(holder)
      const results: string[] = []
      for (let death = 1; death <= 4 && results.at(-1) !== 'suspended'; death += 1) {
        const effects = further ? { effects: { cursors: [{ stream: 'main', cursor: death }] } } : {}
        await applyBatch(store.database, testBatch({ ...run, seq: run.nextSeq, ...effects }, [{ key: 'a' }]))
        await kill(holder)
        holder = await newWorker()
        const next = await take(run.runId, holder)
        results.push(next.taken ? 'taken' : next.because)
        if (next.taken) run = next.run
      }
      expect(results).toEqual(further ? ['taken', 'taken', 'taken', 'taken'] : ['taken', 'taken', 'suspended'])
    }
  })

  it('never has other runs in its worker suspended with it; these run again as soon as it is found', async () => {
    let holder = await newWorker()
    const [poison, one, two] = [await start(holder), await start(holder), await start(holder)]
    for (let death = 1; death <= 2; death += 1) {
      await kill(holder)
      const next = await newWorker()
      // From the second death on, only the first run is taken: it must be alone.
      for (const { runId } of [poison, one, two]) {
        const result = await take(runId, next)
        expect(result.taken).toBe(death === 1 || runId === poison.runId)
      }
      holder = next
    }
    expect(await runOf(poison.runId)).toMatchObject({ status: 'running', isolatedUntil: expect.any(Date) })
    const other = await newWorker()
    taken(await take(one.runId, other))
    await finishRun(store.database, { runId: one.runId, epoch: Number((await runOf(one.runId)).epoch) })
    await kill(holder)
    expect(await take(poison.runId, other)).toMatchObject({ taken: false, because: 'suspended' })
    taken(await take(two.runId, other))
    expect(await sourceOf(one.sourceId)).toMatchObject({ processDeaths: 0, status: 'ACTIVE' })
    expect(await sourceOf(two.sourceId)).toMatchObject({ status: 'ACTIVE' })
  })

  it('is found among other runs, whatever else kills workers and in whatever order runs are taken', async () => {
    for (let round = 0; round < 6; round += 1) {
      const sources = await Promise.all(Array.from({ length: 4 }, () => store.addSource()))
      const [poison = ''] = sources
      const workers = [await newWorker(), await newWorker()]
      const running = new Map<string, { run: LeasedRun; holder: string }>()
      const endWorker = async (holder: string): Promise<void> => {
        await kill(holder)
        for (const [sourceId, { holder: by }] of running) if (by === holder) running.delete(sourceId)
        workers[workers.indexOf(holder)] = await newWorker()
      }
      let kills = 0
      for (let step = 0; (await sourceOf(poison)).status === 'ACTIVE'; step += 1) {
        expect(step).toBeLessThan(400)
        const sourceId = sources[Math.floor(Math.random() * sources.length)] ?? ''
        const now = running.get(sourceId)
        if (now === undefined) {
          const holder = workers[Math.floor(Math.random() * workers.length)] ?? ''
          const run = await store.database.transaction((client) => createRun(client, { sourceId, trigger: 'manual' }))
          const result = await take(run?.id ?? '', holder)
          if (result.taken) running.set(sourceId, { run: result.run, holder })
        } else if (sourceId === poison) {
          kills += 1
          await endWorker(now.holder)
        } else if (Math.random() < 0.4) {
          await finishRun(store.database, { runId: now.run.runId, epoch: now.run.epoch, provedUnchanged: true })
          running.delete(sourceId)
        }
      }
      expect(kills).toBeGreaterThanOrEqual(3)
      for (const sourceId of sources.slice(1)) expect(await sourceOf(sourceId)).toMatchObject({ status: 'ACTIVE' })
      await store.database.pool.query(`UPDATE runs SET status = 'ended' WHERE status <> 'ended'`)
    }
  })
})

describe('a worker that lost its lease', () => {
  it.each([
    ['is alive', async (holder: string) => alive(holder)],
    ['has ended in order', async (holder: string) => markGone(store.database, holder)],
    ['was about to end', async (holder: string) => alive(holder, 'draining').then(() => kill(holder))],
  ])('counts nothing against the source when it %s', async (_how, leave) => {
    let holder = await newWorker()
    const run = await start(holder)
    for (let time = 1; time <= 5; time += 1) {
      await store.expireLease(run.sourceId)
      await leave(holder)
      holder = await newWorker()
      taken(await take(run.runId, holder))
    }
    expect(await sourceOf(run.sourceId)).toMatchObject({ processDeaths: 0, status: 'ACTIVE' })
  })

  it('is not blamed when it takes its own run again, after the database was unavailable to all', async () => {
    const holder = await newWorker()
    const run = await start(holder)
    for (let time = 1; time <= 5; time += 1) {
      await kill(holder)
      taken(await take(run.runId, holder))
    }
    expect(await sourceOf(run.sourceId)).toMatchObject({ processDeaths: 0, status: 'ACTIVE' })
  })

  it('has the count taken back when it turns out to be alive, including a suspension', async () => {
    let holder = await newWorker()
    const run = await start(holder)
    for (let death = 1; death <= 3; death += 1) {
      await kill(holder)
      const next = await newWorker()
      await take(run.runId, next)
      if (death < 3) holder = next
    }
    expect(await sourceOf(run.sourceId)).toMatchObject({ status: 'ERROR', processDeaths: 3 })
    await alive(holder)
    expect(await sourceOf(run.sourceId)).toMatchObject({ processDeaths: 2, deathOf: null })
    expect(await listDueRestarts(store.database, 10)).toContain(run.sourceId)
  })
})

describe('a suspect', () => {
  it('waits until the worker is empty, which meanwhile takes nothing else, and runs alone for a while', async () => {
    const holder = await newWorker()
    const busy = await start(holder)
    const suspect = await start('gone')
    await releaseRun(store.database, suspect)
    await store.database.pool.query('UPDATE sources SET process_deaths = 2 WHERE id = $1', [suspect.sourceId])
    const third = await start('gone too')
    await releaseRun(store.database, third)
    expect(await take(suspect.runId, holder)).toMatchObject({ taken: false, because: 'busy', until: expect.any(Date) })
    expect(await take(third.runId, holder)).toMatchObject({ taken: false, because: 'busy' })
    await finishRun(store.database, { runId: busy.runId, epoch: busy.epoch })
    taken(await take(suspect.runId, holder))
    expect(await take(third.runId, holder)).toMatchObject({ taken: false, because: 'busy' })
    await store.database.pool.query('UPDATE runs SET isolated_until = now() WHERE id = $1', [suspect.runId])
    taken(await take(third.runId, holder))
  })

  it('waits for runs being taken there, which wait neither for each other nor for its heartbeat', async () => {
    const holder = await newWorker()
    const suspect = await store.addSource()
    await store.database.prisma.source.update({ where: { id: suspect }, data: { processDeaths: 2 } })
    const run = await createRun(store.database.pool, { sourceId: suspect, trigger: 'manual' })
    const order: string[] = []
    let alone: Promise<unknown> | undefined
    await store.database.transaction(async (client) => {
      await client.query('SELECT FROM workers WHERE id = $1 FOR KEY SHARE', [holder])
      alone = take(run?.id ?? '', holder).then(() => order.push('alone'))
      await start(holder)
      await alive(holder)
      order.push('others')
    })
    await alone
    expect(order).toEqual(['others', 'alone'])
  })

  it('does not block a worker for longer than two minutes', async () => {
    const holder = await newWorker()
    await start(holder)
    const suspect = await start('gone')
    await releaseRun(store.database, suspect)
    await store.database.pool.query('UPDATE sources SET process_deaths = 2 WHERE id = $1', [suspect.sourceId])
    await take(suspect.runId, holder)
    await store.database.pool.query(`UPDATE workers SET reserved_until = now() - interval '1 second' WHERE id = $1`, [holder])
    await take(suspect.runId, holder)
    const third = await start('gone too')
    await releaseRun(store.database, third)
    expect(await take(third.runId, holder)).toMatchObject({ taken: true })
  })

  it('is probed after a suspension: dying again suspends it for longer, completing clears it', async () => {
    const sourceId = await store.addSource()
    const run = await store.lease(sourceId, { holder: await newWorker() })
    const failure = { code: 'config_invalid', reason: 'POISON_SOURCE', message: 'm', next: '' } as const
    await store.database.pool.query('UPDATE sources SET process_deaths = 3 WHERE id = $1', [sourceId])
    await finishRun(store.database, { runId: run.runId, epoch: run.epoch, failure })
    const probe = async (holder: string): Promise<LeasedRun> => {
      await store.database.pool.query(`UPDATE sources SET restart_at = now() - interval '1 second' WHERE id = $1`, [sourceId])
      return taken(await take((await createDueRestart(store.database, sourceId)) ?? '', holder))
    }
    const holder = await newWorker()
    const first = await probe(holder)
    expect((await runOf(first.runId)).isolatedUntil).not.toBeNull()
    await kill(holder)
    expect(await take(first.runId, await newWorker())).toMatchObject({ because: 'suspended' })
    const again = await sourceOf(sourceId)
    expect(again).toMatchObject({ status: 'ERROR', processDeaths: 4 })
    expect((again.restartAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(29 * 60_000)
    const second = await probe(await newWorker())
    const unreachable = { code: 'transient', reason: 'UNREACHABLE', message: 'm', next: '' } as const
    await finishRun(store.database, { runId: second.runId, epoch: second.epoch, failure: unreachable })
    expect(await sourceOf(sourceId)).toMatchObject({ status: 'ACTIVE', statusReason: null })
  })
})

describe('an error while the lease is taken', () => {
  it('ends the run at once if it is caused by a value, and frees the source', async () => {
    const sourceId = await store.addSource()
    const { rows } = await store.database.pool.query<{ id: string }>(
      `INSERT INTO runs (source_id, version_id, trigger, backfill) SELECT id, version_id, 'backfill', '{"cursorAt":"0000-01-01T00:00:00Z"}' FROM sources WHERE id = $1 RETURNING id`,
      [sourceId],
    )
    const runId = rows[0]?.id ?? ''
    expect(await take(runId, 'w')).toEqual({ taken: false, because: 'gone' })
    expect(await runOf(runId)).toMatchObject({ status: 'ended', outcome: 'failed', attempt: 1, errorReason: 'INTERNAL' })
    expect((await runOf(runId)).errorMessage).toContain('could not begin')
    await store.lease(sourceId)
  })

  it('ends the run at the third attempt if it may be transient', async () => {
    const sourceId = await store.addSource()
    const { rows } = await store.database.pool.query<{ id: string }>(
      `INSERT INTO runs (source_id, version_id, trigger) VALUES ($1, gen_random_uuid(), 'manual') RETURNING id`,
      [sourceId],
    )
    const runId = rows[0]?.id ?? ''
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await expect(take(runId, 'w')).rejects.toThrow('version of the run is gone')
      expect(await runOf(runId)).toMatchObject({ status: 'queued', attempt, errorMessage: 'the version of the run is gone' })
    }
    expect(await take(runId, 'w')).toEqual({ taken: false, because: 'gone' })
    expect(await runOf(runId)).toMatchObject({ status: 'ended', outcome: 'failed' })
  })
})
