import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const CRON = { cron: '0 0 * * *' }
const register = async (changes: object = {}) => (await api.post('/v1/sources', newSource({ schedule: CRON, ...changes }))).body
const scheduled = async (): Promise<string[]> => (await api.queues.listSchedules()).map(({ sourceId }) => sourceId)

describe('the life of a source', () => {
  it('start, stop, restart, reload respond 200 with the result, however often', async () => {
    const source = await register()
    const started = await api.post(`/v1/sources/${source.slug}/start`)
    expectContract(started, 'startSource')
    expect(started.body).toMatchObject({ status: 'ACTIVE', state: 'STARTING', activeRun: { trigger: 'manual', status: 'queued' } })
    const again = await api.post(`/v1/sources/${source.id}/start`)
    expect([again.status, again.body.activeRun.id]).toEqual([200, started.body.activeRun.id])

    const restarted = await api.post(`/v1/sources/${source.id}/restart`)
    expectContract(restarted, 'restartSource')
    expect(restarted.body.activeRun.id).not.toBe(started.body.activeRun.id)
    expect((await api.get(`/v1/runs/${started.body.activeRun.id}`)).body).toMatchObject({ status: 'ended', outcome: 'cancelled' })
    const board = api.queues.boardQueues().find(({ name }) => name === 'ingestion')
    expect(await board?.getJob(`${restarted.body.activeRun.id}.0`)).toBeDefined()

    const reloaded = await api.post(`/v1/sources/${source.id}/reload`)
    expectContract(reloaded, 'reloadSource')
    expect(reloaded.body).toMatchObject({ status: 'ACTIVE', revision: restarted.body.revision, activeRun: { id: restarted.body.activeRun.id } })

    expect(await scheduled()).toContain(source.id)
    for (let twice = 0; twice < 2; twice += 1) {
      const stopped = await api.post(`/v1/sources/${source.id}/stop`)
      expectContract(stopped, 'stopSource')
      expect(stopped.body).toMatchObject({ status: 'STOPPED', state: 'STOPPED', activeRun: null, nextRunAt: null })
    }
    expect(await scheduled()).not.toContain(source.id)
    for (const path of ['run', 'restart', 'backfill', 'resume'])
      expect(problemOf(await api.post(`/v1/sources/${source.id}/${path}`))).toEqual([409, 'SOURCE_STOPPED'])
    expect((await api.post(`/v1/sources/${source.id}/pause`)).body.status).toBe('STOPPED')
    expect((await api.post(`/v1/sources/${source.id}/start`)).body).toMatchObject({ status: 'ACTIVE', state: 'STARTING' })
    expect(await scheduled()).toContain(source.id)
    expect((await api.get('/v1/sources?status=STOPPED')).body.items).toEqual([])
  })

  it('backfill queues a run that shows what it reads again; wrong ranges and streams are refused', async () => {
    const source = await register()
    await api.database.pool.query(`INSERT INTO streams (source_id, name, kind) VALUES ($1, 'rows', 'row')`, [source.id])
    const body = { stream: 'rows', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }
    const path = `/v1/sources/${source.id}/backfill`
    expect(problemOf(await api.post(path, { ...body, to: '2025-01-01T00:00:00Z' }))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await api.post(path, { from: 'yesterday' }))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await api.post(path, { cursorAt: '2999-01-01T00:00:00Z' }))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await api.post(path, { stream: 'none' }))).toEqual([404, 'NOT_FOUND'])
    const begun = await api.post(path, body)
    expectContract(begun, 'backfillSource')
    expect(begun.status).toBe(202)
    const run = await api.get(`/v1/runs/${begun.body.runId}`)
    expectContract(run, 'getRun')
    expect(run.body).toMatchObject({ trigger: 'backfill', backfill: body })
    expect(problemOf(await api.post(path, {}))).toEqual([409, 'RUN_IN_PROGRESS'])
    expect((await api.post(`/v1/runs/${begun.body.runId}/cancel`)).body).toMatchObject({ result: 'ended' })
  })

  it('shows freshness and lag', async () => {
    const source = await register({ freshWithin: '15m', runNow: false })
    expect(source).toMatchObject({
      freshness: { state: 'unknown', staleSince: null },
      lag: { successSeconds: null, cursorSeconds: null, recordSeconds: null },
    })
    await api.database.pool.query(`UPDATE sources SET last_success_at = now() - interval '20 minutes' WHERE id = $1`, [source.id])
    const stale = await api.get(`/v1/sources/${source.id}`)
    expectContract(stale, 'getSource')
    expect(stale.body.freshness.state).toBe('stale')
    expect(stale.body.lag.successSeconds).toBeGreaterThanOrEqual(1_200)
    expect(Date.parse(stale.body.freshness.staleSince) - Date.parse(stale.body.lastSuccessAt)).toBe(900_000)
  })

  it('404 for a source that does not exist', async () => {
    for (const path of ['start', 'stop', 'restart', 'reload', 'backfill', 'pause', 'resume', 'run'])
      expect(problemOf(await api.post(`/v1/sources/unknown/${path}`))).toEqual([404, 'NOT_FOUND'])
  })
})
