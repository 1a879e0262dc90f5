import { actOnSource, applyBatch, createRun, ensureStreams, finishRun, markDeleting, noteAlive, parkRun, takeLease, type WorkerBeat } from '@inlet/db'
import { type FailureCode, REASONS, type Reason, WHY_RULES } from '@inlet/domain'
import { testBatch } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())
afterEach(() => api.database.pool.query('DELETE FROM workers'))

const sql = (text: string, values: readonly unknown[] = []) => api.database.pool.query(text, [...values])
const alive = (change: Partial<WorkerBeat> = {}) =>
  noteAlive(api.database, {
    id: change.role ?? 'worker',
    role: 'worker',
    host: 'h',
    pid: 1,
    version: '1',
    concurrency: 2,
    running: 0,
    backpressure: false,
    refuses: null,
    problem: null,
    connectors: ['toy'],
    ...change,
  })
const register = async (changes: object = {}): Promise<string> =>
  (await api.post('/v1/sources', newSource({ schedule: { cron: '0 0 * * *' }, ...changes }))).body.id
const act = (sourceId: string, action: 'pause' | 'stop') => actOnSource(api.database, { sourceId, action, actor: 'test' })
const lease = async (sourceId: string, holder = 'worker', ttlMs = 60_000) => {
  const run = await createRun(api.database.pool, { sourceId, trigger: 'manual' })
  const taken = await takeLease(api.database, { runId: run?.id ?? '', holder, ttlMs })
  if (!taken.taken) throw new Error(taken.because)
  return taken.run
}
const fail = async (sourceId: string, reason: Reason, message = `it says ${reason}`) => {
  const run = await lease(sourceId)
  const code: FailureCode = REASONS[reason].code
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, failure: { code, reason, message, next: REASONS[reason].next } })
}
/** A source that has read well; its next due moment is tonight. */
const healthy = async (changes: object = {}): Promise<string> => {
  const sourceId = await register(changes)
  await ensureStreams(api.database, sourceId, [{ name: 'main', kind: 'row' }])
  const run = await lease(sourceId)
  await applyBatch(
    api.database,
    testBatch(
      { ...run, seq: 1, swept: ['main'] },
      Array.from({ length: 40 }, (_, n) => ({ key: `k${n}` })),
    ),
  )
  await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
  return sourceId
}
const forward = (runId: string) => sql('UPDATE runs SET forwarded_bytes = committed_bytes + 1000 WHERE id = $1', [runId])

/** Makes one thing go wrong, by what really does so, and says which blocker must be found and who must act. */
const INDUCED: readonly (readonly [code: string, who: 'owner' | 'operator' | 'nobody', clears: boolean, induce: () => Promise<string>])[] = [
  [
    'DELETING',
    'nobody',
    false,
    async () => {
      const id = await healthy()
      await markDeleting(api.database, id, 'test')
      return id
    },
  ],
  [
    'CANCELLING',
    'nobody',
    false,
    async () => {
      const id = await healthy()
      await lease(id)
      await act(id, 'stop')
      return id
    },
  ],
  [
    'LEASE_OF_DEAD_WORKER',
    'nobody',
    true,
    async () => {
      const id = await healthy()
      await lease(id, 'dead')
      await alive({ id: 'dead' })
      await sql(`UPDATE workers SET beat_at = now() - interval '1 minute' WHERE id = 'dead'`)
      return id
    },
  ],
  [
    'SCRIBE_DOWN',
    'operator',
    false,
    async () => {
      const id = await healthy()
      await forward((await lease(id)).runId)
      await sql(`UPDATE workers SET beat_at = now() - interval '1 minute' WHERE role = 'scribe'`)
      return id
    },
  ],
  [
    'BACKLOG_FULL',
    'operator',
    false,
    async () => {
      const id = await healthy()
      await forward((await lease(id)).runId)
      await alive({ backpressure: true })
      return id
    },
  ],
  [
    'RUN_ACTIVE',
    'nobody',
    false,
    async () => {
      const id = await healthy()
      await forward((await lease(id)).runId)
      return id
    },
  ],
  [
    'RUN_PARKED',
    'nobody',
    true,
    async () => {
      const id = await healthy()
      await parkRun(api.database, { ...(await lease(id)), wakeAt: new Date(Date.now() + 600_000), reason: 'RATE_LIMITED' })
      return id
    },
  ],
  [
    'STOPPED',
    'owner',
    false,
    async () => {
      const id = await healthy()
      await act(id, 'stop')
      return id
    },
  ],
  [
    'PAUSED',
    'owner',
    false,
    async () => {
      const id = await healthy()
      await act(id, 'pause')
      return id
    },
  ],
  [
    'SUSPENDED',
    'owner',
    false,
    async () => {
      const id = await healthy()
      const { runId } = await lease(id)
      for (let death = 0; death < 3; death += 1) {
        await sql(`UPDATE leases SET expires_at = now() - interval '1 second' WHERE source_id = $1`, [id])
        await takeLease(api.database, { runId, holder: 'next', ttlMs: 60_000 })
      }
      return id
    },
  ],
  [
    'SECRET_UNREADABLE',
    'operator',
    false,
    async () => {
      const id = await healthy()
      await fail(id, 'SECRET_UNREADABLE')
      return id
    },
  ],
  ['CONNECTOR_MISSING', 'operator', false, async () => (await sql(`UPDATE workers SET connectors = '{another}' WHERE role = 'worker'`), healthy())],
  [
    'AUTH_FAILED',
    'owner',
    false,
    async () => {
      const id = await healthy()
      await fail(id, 'AUTH_FAILED')
      return id
    },
  ],
  [
    'CONFIG_INVALID',
    'owner',
    false,
    async () => {
      const id = await healthy()
      await fail(id, 'NOT_FOUND_UPSTREAM')
      return id
    },
  ],
  [
    'LOAD_FAILED',
    'owner',
    false,
    async () => {
      const id = await healthy()
      await sql(`UPDATE source_versions SET load_failed_at = now(), load_reason = 'VALIDATION_FAILED', load_message = 'bad' WHERE source_id = $1`, [
        id,
      ])
      return id
    },
  ],
  ['CLOCK_SKEW', 'operator', false, async () => (await alive({ refuses: 'clock', problem: 'the clock is 9 s off' }), healthy())],
  ['NO_WORKER', 'operator', false, async () => (await sql(`UPDATE workers SET beat_at = now() - interval '1 minute'`), healthy())],
  [
    'WORKERS_BUSY',
    'nobody',
    false,
    async () => {
      await alive({ running: 2 })
      const id = await healthy()
      await api.post(`/v1/sources/${id}/run`)
      return id
    },
  ],
  [
    'TAKE_OVER',
    'nobody',
    false,
    async () => {
      const id = await healthy()
      await lease(id)
      await sql(`UPDATE leases SET expires_at = now() - interval '1 second' WHERE source_id = $1`, [id])
      return id
    },
  ],
  [
    'RUN_QUEUED',
    'nobody',
    false,
    async () => {
      const id = await healthy()
      await api.post(`/v1/sources/${id}/run`)
      return id
    },
  ],
  [
    'QUARANTINE_BUDGET',
    'owner',
    true,
    async () => {
      const id = await healthy()
      const run = await lease(id)
      await applyBatch(
        api.database,
        testBatch(
          { ...run, seq: 1 },
          Array.from({ length: 30 }, (_, n) => ({ key: `q${n}`, op: 'q' as const })),
        ),
      )
      await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
      return id
    },
  ],
  [
    'BACK_OFF',
    'nobody',
    true,
    async () => {
      const id = await healthy()
      await fail(id, 'UNREACHABLE')
      return id
    },
  ],
  [
    'DELETE_FUSE',
    'owner',
    false,
    async () => {
      const id = await healthy()
      const run = await lease(id)
      await applyBatch(api.database, testBatch({ ...run, seq: 1, swept: ['main'], effects: { sweeps: [{ stream: 'main' }] } }, [{ key: 'k1' }]))
      await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
      return id
    },
  ],
  [
    'SUSPECT_EMPTY',
    'owner',
    true,
    async () => {
      const id = await healthy()
      const run = await lease(id)
      await finishRun(api.database, { runId: run.runId, epoch: run.epoch, streams: [{ name: 'main' }] })
      return id
    },
  ],
  [
    'SCHEDULE_NOT_ARMED',
    'nobody',
    false,
    async () => {
      const id = await healthy()
      await sql('UPDATE sources SET armed_schedule = NULL WHERE id = $1', [id])
      return id
    },
  ],
  [
    'TICK_OVERDUE',
    'nobody',
    false,
    async () => {
      const id = await healthy()
      await sql(`UPDATE sources SET next_tick_at = now() - interval '5 seconds' WHERE id = $1`, [id])
      return id
    },
  ],
  ['NO_SCHEDULE', 'owner', false, () => healthy({ schedule: null })],
  ['NEXT_TICK', 'nobody', true, () => healthy()],
]

describe('why a source is not running', () => {
  it.each(INDUCED)('%s', async (code, who, clears, induce) => {
    await alive()
    await alive({ role: 'scribe', connectors: [] })
    const id = await induce()
    const answer = await api.get(`/v1/sources/${id}/why`)
    expectContract(answer, 'explainSource')
    expect(answer.body.blocker).toMatchObject({ code, who })
    expect(answer.body.running).toBe(code === 'RUN_ACTIVE')
    if (clears) expect(Date.parse(answer.body.blocker.clearsAt)).toBeGreaterThan(Date.parse(answer.body.at))
    else expect(answer.body.blocker.clearsAt).toBeNull()
    expect(answer.body.blocker.next).not.toBe('')
    expect(answer.body.checks.map(({ passed }: { passed: boolean }) => passed).indexOf(false)).toBe(answer.body.checks.length - 1)
  })

  it('every rule but the queue, which has a test of its own, was induced', () => {
    const induced = new Set([...INDUCED.map(([code]) => code), 'QUEUE_UNREACHABLE'])
    expect(WHY_RULES.map(({ code }) => code).filter((code) => !induced.has(code))).toEqual([])
  })

  it('is found by slug, and 404 for what does not exist', async () => {
    const source = (await api.post('/v1/sources', newSource())).body
    expect((await api.get(`/v1/sources/${source.slug}/why`)).body.sourceId).toBe(source.id)
    expect((await api.get('/v1/sources/nothing-here/why')).status).toBe(404)
  })

  it('lists the processes, dead ones last', async () => {
    await alive({ id: 'w2', running: 1 })
    await alive({ id: 'w1' })
    await sql(`UPDATE workers SET beat_at = now() - interval '1 minute' WHERE id = 'w1'`)
    const answer = await api.get('/v1/workers')
    expectContract(answer, 'listWorkers')
    expect(answer.body.items).toMatchObject([
      { id: 'w2', role: 'worker', alive: true, running: 1, connectors: ['toy'] },
      { id: 'w1', alive: false },
    ])
  })
})
