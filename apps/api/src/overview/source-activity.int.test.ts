import type { SourceActivityView } from '@inlet/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const addRun = (sourceId: string, hoursAgo: number, outcome: string) =>
  api.database.pool.query(
    `INSERT INTO runs (source_id, version_id, trigger, status, outcome, inserted, started_at, finished_at, created_at)
     SELECT id, version_id, 'schedule', 'ended', $3, 7, now() - $2 * interval '1 hour' - interval '20 seconds', now() - $2 * interval '1 hour', now() - $2 * interval '1 hour'
     FROM sources WHERE id = $1`,
    [sourceId, hoursAgo, outcome],
  )
const bucketsOf = async (slug: string): Promise<SourceActivityView['buckets']> => {
  const answer = await api.get(`/v1/sources/${slug}/activity?hours=48`)
  expectContract(answer, 'getSourceActivity')
  return answer.body.buckets
}

describe('the activity of a source', () => {
  it('counts what its runs stored, and how long nothing has succeeded', async () => {
    const { id, slug } = (await api.post('/v1/sources', newSource())).body
    await addRun(id, 10, 'ok')
    await addRun(id, 4, 'failed')
    const buckets = await bucketsOf(slug)
    expect(buckets).toHaveLength(48)
    const ended = buckets.filter(({ runs }) => runs !== 0)
    expect(ended).toMatchObject([
      { runs: 1, failed: 0, records: 7 },
      { runs: 1, failed: 1, records: 7 },
    ])
    expect(ended[0]?.durationSeconds).toBeCloseTo(20)
    // Buckets of an hour: the lag grows from the success on, whatever failed since.
    expect(buckets[0]?.lagSeconds).toBeNull()
    expect(Math.round((buckets.at(-1)?.lagSeconds ?? 0) / 3_600)).toBe(10)
    expect(Math.round((buckets.at(-2)?.lagSeconds ?? 0) / 3_600)).toBeLessThanOrEqual(10)
    expect(problemOf(await api.get('/v1/sources/unknown/activity'))).toEqual([404, 'NOT_FOUND'])
  })

  it('is unknown for a time whose runs were removed', async () => {
    const { id, slug } = (await api.post('/v1/sources', newSource())).body
    await addRun(id, 10, 'ok')
    await api.database.pool.query(`INSERT INTO history_days (source_id, day, kind, name, count) VALUES ($1, now()::date, 'run', 'ok', 9)`, [id])
    const buckets = await bucketsOf(slug)
    expect([buckets[0]?.runs, buckets[0]?.records, buckets.at(-1)?.runs]).toEqual([null, null, 0])
  })
})
