import {
  acquireLease,
  actOnSource,
  applyBatch,
  createRun,
  ensureStreams,
  finishRun,
  markDeleting,
  parkRun,
  recordHeartbeat,
  type WorkerHeartbeat,
} from '@inlet/db'
import { type FailureCode, REASONS, type Reason, WHY_RULES } from '@inlet/domain'
import { testBatch } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, startApi, type TestApi, toyConnector } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({
    connectors: [
      { ...toyConnector, type: 'listener', continuous: true },
      { ...toyConnector, type: 'hooked', receive: () => ({ kind: 'reply', contentType: 'text/plain', body: '' }) },
    ],
  })
})
afterAll(() => api.close())
afterEach(() => api.database.pool.query('DELETE FROM workers'))

const sql = (text: string, values: readonly unknown[] = []) => api.database.pool.query(text, [...values])
const IDLE = { host: 'h', pid: 1, version: '1', running: 0, backpressure: false, refuses: null, problem: null, reason: null } as const
const alive = (change: Partial<WorkerHeartbeat> = {}) =>
  recordHeartbeat(api.database, {
    id: change.role ?? 'worker',
    role: 'worker',
    ...IDLE,
    concurrency: 2,
    connectors: ['toy'],
    ...change,
  })
const register = async (changes: object = {}): Promise<string> =>
  (await api.post('/v1/sources', newSource({ schedule: { cron: '0 0 * * *' }, ...changes }))).body.id
const act = (sourceId: string, action: 'pause' | 'stop') => actOnSource(api.database, { sourceId, action, actor: 'test' })
const lease = async (sourceId: string, holder = 'worker', ttlMs = 60_000) => {
  const run = await createRun(api.database.pool, { sourceId, trigger: 'manual' })
  const taken = await acquireLease(api.database, { runId: run?.id ?? '', holder, ttlMs })
  if (!taken.taken) throw new Error(taken.because)
  return taken.run
}
const fail = async (sourceId: string, reason: Reason, message = `it says ${reason}`) => {
  const run = await lease(sourceId)
  const code: FailureCode = REASONS[reason].code
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, failure: { code, reason, message, next: REASONS[reason].next } })
}
/** Creates a source that was read successfully; its next due moment is tonight. */
const healthy = async (changes: object = {}): Promise<string> => {
  const sourceId = await register(changes)
  await ensureStreams(api.database, sourceId, [{ name: 'main', kind: 'row' }])
  const run = await lease(sourceId)
  await applyBatch(
    api.database,
    testBatch(
      { ...run, seq: 1, swept: ['main'] },
      Array.from({ length: 40 }, (_, n) => ({ key: `k${n}`, v: 'words' })),
    ),
  )
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
  return sourceId
}
const forward = (runId: string) => sql('UPDATE runs SET forwarded_bytes = committed_bytes + 1000 WHERE id = $1', [runId])

/** Breaks a healthy source in one real way; declares which blocker must be found and who must act. */
const INDUCED: { code: string; who: string; clears: boolean; induce: (id: string) => Promise<unknown> }[] = []
const when = (code: string, who: 'owner' | 'operator' | 'nobody', clears: 'clears' | 'stays', induce: (id: string) => Promise<unknown>): void =>
  void INDUCED.push({ code, who, clears: clears === 'clears', induce })

when('DATABASE_REFUSES', 'operator', 'stays', () => alive({ role: 'scribe', reason: 'DISK_FULL', problem: 'the disk of the database is full' }))
when('DELETING', 'nobody', 'stays', async (id) => {
  await markDeleting(api.database, id, 'test')
})
when('CANCELLING', 'nobody', 'stays', async (id) => {
  await lease(id)
  await act(id, 'stop')
})
when('LEASE_OF_DEAD_WORKER', 'nobody', 'clears', async (id) => {
  await lease(id, 'dead')
  await alive({ id: 'dead' })
  await sql(`UPDATE workers SET heartbeat_at = now() - interval '1 minute' WHERE id = 'dead'`)
})
when('SCRIBE_DOWN', 'operator', 'stays', async (id) => {
  await forward((await lease(id)).runId)
  await sql(`UPDATE workers SET heartbeat_at = now() - interval '1 minute' WHERE role = 'scribe'`)
})
when('BACKLOG_FULL', 'operator', 'stays', async (id) => {
  await forward((await lease(id)).runId)
  await alive({ backpressure: true })
})
when('RUN_ACTIVE', 'nobody', 'stays', async (id) => {
  await forward((await lease(id)).runId)
})
when('RUN_PARKED', 'nobody', 'clears', async (id) => {
  await parkRun(api.database, { ...(await lease(id)), wakeAt: new Date(Date.now() + 600_000), reason: 'RATE_LIMITED' })
})
when('STOPPED', 'owner', 'stays', async (id) => {
  await act(id, 'stop')
})
when('PAUSED', 'owner', 'stays', async (id) => {
  await act(id, 'pause')
})
const killWorkerOf = async (id: string, times: number): Promise<void> => {
  const { runId } = await lease(id, 'first')
  for (let death = 0; death < times; death += 1) {
    const { rows } = await sql(`UPDATE leases SET expires_at = now() - interval '1 second' WHERE source_id = $1 RETURNING holder`, [id])
    await alive({ id: rows[0]?.['holder'] })
    await sql(`UPDATE workers SET heartbeat_at = now() - interval '2 minutes' WHERE id = $1`, [rows[0]?.['holder']])
    await acquireLease(api.database, { runId, holder: `next ${death}`, ttlMs: 60_000 })
  }
}
when('SUSPENDED', 'owner', 'clears', (id) => killWorkerOf(id, 3))
when('CRASH_LOOP', 'operator', 'stays', (id) => killWorkerOf(id, 2))
when('RUN_STALLED', 'operator', 'stays', async (id) => {
  await lease(id)
  await sql(
    `UPDATE runs SET created_at = now() - interval '1 hour', attempt_at = now() - interval '1 hour', moved_at = now() - interval '10 minutes' WHERE source_id = $1`,
    [id],
  )
})
when('CANNOT_BEGIN', 'operator', 'stays', async (id) => {
  const run = await createRun(api.database.pool, { sourceId: id, trigger: 'manual' })
  await sql('UPDATE runs SET version_id = gen_random_uuid() WHERE id = $1', [run?.id])
  await acquireLease(api.database, { runId: run?.id ?? '', holder: 'worker', ttlMs: 60_000 }).catch(() => {})
})
when('RUN_STARVED', 'operator', 'stays', async (id) => {
  await api.post(`/v1/sources/${id}/run`)
  await sql(`UPDATE runs SET created_at = now() - interval '3 minutes' WHERE source_id = $1 AND status = 'queued'`, [id])
})
when('SECRET_UNREADABLE', 'operator', 'stays', async (id) => {
  await fail(id, 'SECRET_UNREADABLE')
})
when('CONNECTOR_MISSING', 'operator', 'stays', () => sql(`UPDATE workers SET connectors = '{another}' WHERE role = 'worker'`))
when('AUTH_FAILED', 'owner', 'stays', async (id) => {
  await fail(id, 'AUTH_FAILED')
})
when('NOT_FOUND_UPSTREAM', 'owner', 'stays', async (id) => {
  await fail(id, 'NOT_FOUND_UPSTREAM')
})
when('CONFIG_INVALID', 'operator', 'stays', async (id) => {
  await sql(`UPDATE sources SET status = 'ERROR', status_reason = 'OF_A_LATER_VERSION' WHERE id = $1`, [id])
})
when('OPEN_FAILED', 'owner', 'stays', async (id) => {
  await sql(`UPDATE source_versions SET load_failed_at = now(), load_reason = 'VALIDATION_FAILED', load_message = 'bad' WHERE source_id = $1`, [id])
})
when('CLOCK_SKEW', 'operator', 'stays', () => alive({ refuses: 'clock', problem: 'the clock is 9 s off' }))
when('NO_WORKER', 'operator', 'stays', () => sql(`UPDATE workers SET heartbeat_at = now() - interval '1 minute'`))
when('WORKERS_BUSY', 'nobody', 'stays', async (id) => {
  await alive({ running: 2 })
  await api.post(`/v1/sources/${id}/run`)
})
when('TAKE_OVER', 'nobody', 'stays', async (id) => {
  await lease(id)
  await sql(`UPDATE leases SET expires_at = now() - interval '1 second' WHERE source_id = $1`, [id])
})
when('RUN_QUEUED', 'nobody', 'stays', async (id) => {
  await api.post(`/v1/sources/${id}/run`)
})
when('QUARANTINE_BUDGET', 'owner', 'clears', async (id) => {
  const run = await lease(id)
  await applyBatch(
    api.database,
    testBatch(
      { ...run, seq: 1 },
      Array.from({ length: 30 }, (_, n) => ({ key: `q${n}`, op: 'q' as const })),
    ),
  )
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
})
when('BACK_OFF', 'nobody', 'clears', async (id) => {
  await fail(id, 'UNREACHABLE')
})
when('QUARANTINE_SHARE', 'owner', 'clears', async (id) => {
  const run = await lease(id)
  await applyBatch(api.database, testBatch({ ...run, seq: 1 }, [{ key: 'k1' }, { key: 'q1', op: 'q' }]))
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
  await sql(
    `INSERT INTO incidents (source_id, kind, reason, message, next, since) VALUES ($1, 'quarantine', 'QUARANTINE_SHARE', '10 of 31 records', '', now())`,
    [id],
  )
})
when('MASS_DELETE_REFUSED', 'owner', 'stays', async (id) => {
  const run = await lease(id)
  await applyBatch(api.database, testBatch({ ...run, seq: 1, swept: ['main'], effects: { sweeps: [{ stream: 'main' }] } }, [{ key: 'k1' }]))
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
})
when('CONTENT_DOUBTFUL', 'owner', 'clears', async (id) => {
  const run = await lease(id)
  const caveats = { READ_IN_PART: { count: 1, of: 3, examples: ['sitemap.xml ends in the middle'] } }
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }], caveats })
})
when('SUSPECT_EMPTY', 'owner', 'clears', async (id) => {
  const run = await lease(id)
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
})
when('PARTIAL', 'owner', 'clears', async (id) => {
  const run = await lease(id)
  await applyBatch(api.database, testBatch({ ...run, seq: 1 }, [{ key: 'k1' }, { key: 'q1', op: 'q' }]))
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
})
when('PUSH_REFUSED', 'owner', 'stays', async (id) => {
  await alive({ id: 'another', connectors: ['hooked'] })
  await sql(`UPDATE sources SET connector = 'hooked', cron = NULL, next_tick_at = NULL WHERE id = $1`, [id])
  await sql(`INSERT INTO events (source_id, type, level, message) VALUES ($1, 'hook.refused', 'warn', 'the signature does not fit')`, [id])
})
when('NOT_INDEXED', 'operator', 'clears', async (id) => {
  const row = `ARRAY[doc_id], 1, 100, 4, 'it does not fit', now() + interval '5 minutes' FROM records WHERE source_id = $1`
  await sql(`INSERT INTO search_pending (docs, records, bytes, attempts, problem, retry_at) SELECT ${row}`, [id])
})
when('TEXT_MISSING', 'owner', 'stays', async (id) => {
  await sql(`UPDATE records SET data = '{"rate": 0.5, "at": "2026-01-01T00:00:00Z"}' WHERE source_id = $1`, [id])
})
when('NEXT_RUN', 'nobody', 'stays', async (id) => {
  await alive({ id: 'another', connectors: ['listener'] })
  await sql(`UPDATE sources SET connector = 'listener' WHERE id = $1`, [id])
})
when('SCHEDULE_NOT_QUEUED', 'nobody', 'stays', async (id) => {
  await sql('UPDATE sources SET synced_schedule = NULL WHERE id = $1', [id])
})
when('TICK_OVERDUE', 'nobody', 'stays', async (id) => {
  await sql(`UPDATE sources SET next_tick_at = now() - interval '5 seconds' WHERE id = $1`, [id])
})
when('NOTHING_PUSHED', 'nobody', 'stays', async (id) => {
  await alive({ id: 'another', connectors: ['hooked'] })
  await sql(`UPDATE sources SET connector = 'hooked', cron = NULL, next_tick_at = NULL WHERE id = $1`, [id])
})
when('SOURCE_STALE', 'owner', 'clears', async (id) => {
  await sql(`UPDATE sources SET fresh_within_seconds = 60, last_success_at = now() - interval '2 minutes' WHERE id = $1`, [id])
})
when('NO_SCHEDULE', 'owner', 'stays', (id) => api.patch(`/v1/sources/${id}`, { schedule: null }, { headers: { 'if-match': '*' } }))
when('NEXT_TICK', 'nobody', 'clears', async () => {})

describe('why a source is not running', () => {
  it.each(INDUCED)('$code', async ({ code, who, clears, induce }) => {
    await alive()
    await alive({ role: 'scribe', connectors: [] })
    const id = await healthy()
    await induce(id)
    const answer = await api.get(`/v1/sources/${id}/why`)
    expectContract(answer, 'explainSource')
    expect(answer.body.blocker).toMatchObject({ code, who })
    expect(answer.body.running).toBe(code === 'RUN_ACTIVE')
    const { clearsAt } = answer.body.blocker
    expect(clearsAt !== null && Date.parse(clearsAt) > Date.parse(answer.body.at)).toBe(clears)
    expect(clearsAt === null).toBe(!clears)
    expect(answer.body.blocker.next).toMatch(/^(?!.*\{(?:source|id)\})./u)
    expect(answer.body.checks.map(({ passed }: { passed: boolean }) => passed).indexOf(false)).toBe(answer.body.checks.length - 1)
  })

  it("every rule but the queue's, which has a separate test, was induced", () => {
    const induced = new Set([...INDUCED.map(({ code }) => code), 'QUEUE_UNREACHABLE'])
    expect(WHY_RULES.map(({ code }) => code).filter((code) => !induced.has(code))).toEqual([])
  })

  it('names the owner while it backs off from a failure that only a change of settings repairs', async () => {
    await alive()
    const id = await healthy()
    await fail(id, 'SCHEMA_CHANGED')
    const { blocker } = (await api.get(`/v1/sources/${id}/why`)).body
    expect(blocker).toMatchObject({ code: 'BACK_OFF', who: 'owner', next: REASONS.SCHEMA_CHANGED.next })
    expect(blocker.clearsAt).not.toBeNull()
  })

  it('shows a later failure beside the one that stopped the source', async () => {
    await alive()
    const id = await healthy()
    await fail(id, 'AUTH_FAILED')
    await fail(id, 'UNREACHABLE')
    const { blocker } = (await api.get(`/v1/sources/${id}/why`)).body
    expect(blocker).toMatchObject({ code: 'AUTH_FAILED', who: 'owner' })
    expect(blocker.message).toContain('it says AUTH_FAILED')
    expect(blocker.message).toContain('UNREACHABLE: it says UNREACHABLE')
  })

  it('never says "nothing to do" about what should be over by now, and says since when and how often', async () => {
    await alive({ running: 2 })
    const id = await healthy()
    await api.post(`/v1/sources/${id}/run`)
    await sql(`UPDATE runs SET created_at = now() - interval '7 minutes', attempt = 4 WHERE source_id = $1 AND status = 'queued'`, [id])
    const answer = await api.get(`/v1/sources/${id}/why`)
    expectContract(answer, 'explainSource')
    expect(answer.body.blocker).toMatchObject({ code: 'WORKERS_BUSY', who: 'operator' })
    expect(answer.body.blocker.message).toContain('attempt 4, without progress for 7 min (since ')
    expect(answer.body.run).toMatchObject({ status: 'queued', attempt: 4, workerDeaths: 0 })
    expect(Date.parse(answer.body.at) - Date.parse(answer.body.run.lastProgressAt)).toBeGreaterThan(6 * 60_000)
  })

  it('is found by slug, and 404 for what does not exist', async () => {
    const source = (await api.post('/v1/sources', newSource())).body
    expect((await api.get(`/v1/sources/${source.slug}/why`)).body.sourceId).toBe(source.id)
    expect((await api.get('/v1/sources/nothing-here/why')).status).toBe(404)
  })

  it('lists the processes, dead ones last', async () => {
    await alive({ id: 'w2', running: 1 })
    await alive({ id: 'w1' })
    await sql(`UPDATE workers SET heartbeat_at = now() - interval '1 minute' WHERE id = 'w1'`)
    const answer = await api.get('/v1/workers')
    expectContract(answer, 'listWorkers')
    expect(answer.body.items).toMatchObject([
      { id: 'w2', role: 'worker', alive: true, running: 1, connectors: ['toy'] },
      { id: 'w1', alive: false },
    ])
  })
})
