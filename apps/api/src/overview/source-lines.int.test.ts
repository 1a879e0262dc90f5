import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

describe('all sources in short', () => {
  it.each([
    ['RATE_LIMITED', null],
    ['CIRCUIT_OPEN', 'api.example.com has failed 9 times'],
  ])('say of a run that is parked for %s what is wrong: %s', async (reason, problem) => {
    const { body: source } = await api.post('/v1/sources', newSource({ runNow: true }))
    await api.database.pool.query(
      `UPDATE runs SET status = 'parked', wake_at = now() + interval '1 hour', parked_reason = $2, parked_message = 'api.example.com has failed 9 times' WHERE source_id = $1`,
      [source.id, reason],
    )
    const lines = await api.get(`/v1/overview/sources?id=${source.id}`)
    expectContract(lines, 'listSourceLines')
    expect(lines.body.items[0]).toMatchObject({ parkedReason: reason, problem, reason: problem === null ? null : reason })
  })

  it('say until when a source is fresh, also one that has never succeeded', async () => {
    const { body: source } = await api.post('/v1/sources', newSource({ freshWithin: '1m', schedule: { cron: '0 0 1 1 *' } }))
    const freshUntil = async (): Promise<number> => Date.parse((await api.get(`/v1/overview/sources?id=${source.id}`)).body.items[0].freshUntil)
    expect(await freshUntil()).toBe(Date.parse(source.createdAt) + 60_000)
    await api.database.pool.query(`UPDATE sources SET last_success_at = created_at - interval '1 hour', last_outcome = 'ok' WHERE id = $1`, [
      source.id,
    ])
    expect(await freshUntil()).toBe(Date.parse(source.createdAt) - 59 * 60_000)
  })
})
