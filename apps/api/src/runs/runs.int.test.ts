import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

describe('runs', () => {
  it('lists, filters, pages and shows runs', async () => {
    const { id, slug } = (await api.post('/v1/sources', newSource())).body
    const insert = `INSERT INTO runs (source_id, version_id, trigger, status, outcome, error_reason, error_message, error_next, inserted, created_at)
      SELECT id, version_id, 'schedule', 'ended', $2, $3, 'went wrong', 'do this', 9007199254, now() - $4 * interval '1 minute' FROM sources WHERE id = $1`
    for (let n = 1; n <= 5; n += 1) await api.database.pool.query(insert, [id, n % 2 ? 'ok' : 'failed', n % 2 ? null : 'UNREACHABLE', n])
    await api.post(`/v1/sources/${id}/run`)
    const first = await api.get(`/v1/runs?source=${slug}&limit=4`)
    expectContract(first, 'listRuns')
    expect(first.body.items[0]).toMatchObject({ status: 'queued', trigger: 'manual', version: 1, sourceId: id })
    const second = await api.get(`/v1/runs?source=${slug}&limit=4&cursor=${first.body.nextCursor}`)
    expect([second.body.items.length, second.body.nextCursor]).toEqual([2, null])
    expect((await api.get('/v1/runs?outcome=failed')).body.items.length).toBe(2)
    expect((await api.get('/v1/runs?status=queued')).body.items.length).toBe(1)
    expect((await api.get('/v1/runs?status=ended')).body.items.length).toBe(5)
    const failed = (await api.get('/v1/runs?outcome=failed')).body.items[0]
    const one = await api.get(`/v1/runs/${failed.id}`)
    expectContract(one, 'getRun')
    expect(one.body).toMatchObject({ error: { reason: 'UNREACHABLE', message: 'went wrong', next: 'do this' }, counts: { inserted: 9007199254 } })
    expect(problemOf(await api.get('/v1/runs?source=unknown'))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.get('/v1/runs?outcome=fine'))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await api.post('/v1/runs/00000000-0000-4000-8000-000000000000/cancel'))).toEqual([404, 'NOT_FOUND'])
  })

  it('quarantine of a source is listed with its reason', async () => {
    const { id } = (await api.post('/v1/sources', newSource())).body
    await api.database.pool.query(
      `INSERT INTO quarantine (source_id, run_id, stream, reason, message, raw) SELECT $1, gen_random_uuid(), 'rows', 'RECORD_INVALID', 'bad', '{' FROM generate_series(1, 3)`,
      [id],
    )
    const page = await api.get(`/v1/sources/${id}/quarantine?limit=2&reason=RECORD_INVALID`)
    expectContract(page, 'listQuarantine')
    expect(page.body.items.length).toBe(2)
    expect((await api.get(`/v1/sources/${id}/quarantine?limit=2&reason=RECORD_INVALID&cursor=${page.body.nextCursor}`)).body.items.length).toBe(1)
  })
})
