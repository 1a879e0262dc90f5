import { until } from '@inlet/testing'
import { afterEach, expect, it } from 'vitest'
import { problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
afterEach(() => api.close())

it('responds 503 with Retry-After at once while too many requests wait for the database, and answers the others', async () => {
  api = await startApi()
  expect((await api.get('/v1/sources')).status).toBe(200)
  const blocker = await api.database.pool.connect()
  await blocker.query('BEGIN')
  await blocker.query('LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE')
  const waiting = Array.from({ length: 130 }, () => api.get('/v1/runs'))
  const answered: Promise<number>[] = waiting.map(async (request) => (await request).status)
  const refused = await until(async () => {
    const answer = await api.get('/v1/sources')
    return answer.status === 503 ? answer : null
  })
  expect(problemOf(refused)).toEqual([503, 'DATABASE_UNAVAILABLE'])
  expect(Number(refused.headers.get('retry-after'))).toBe(1)
  expect((await api.get('/health', { key: null })).status).toBe(200)
  await blocker.query('ROLLBACK')
  blocker.release()
  const statuses = await Promise.all(answered)
  expect(new Set(statuses)).toEqual(new Set([200, 503]))
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(100)
})
