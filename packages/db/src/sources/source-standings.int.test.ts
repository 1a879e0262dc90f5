import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { readSourceStandings } from './source-standings.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

it('names the sources with incidents first, then the oldest, and counts the others', async () => {
  await store.rows(
    `INSERT INTO sources (slug, name, name_key, connector, status, created_at, last_success_at, deleting_at)
     SELECT 's' || n, 'S' || n, 's' || n, 'api', 'ACTIVE', now() + n * interval '1 hour', CASE WHEN n = 1 THEN now() END, CASE WHEN n = 6 THEN now() END
     FROM generate_series(1, 6) n`,
  )
  await store.rows(
    `INSERT INTO incidents (source_id, kind, reason, message, next, since, closed_at)
     SELECT s.id, kind, 'TIMEOUT', 'm', 'n', now(), CASE WHEN slug = 's3' THEN now() END
     FROM sources s, unnest(ARRAY['stale', 'error']) kind WHERE slug IN ('s3', 's5')`,
  )
  const read = async (limit: number) => {
    const { sources, leftOut } = await readSourceStandings(store.database, limit)
    return [sources.map(({ slug, incidents }) => [slug, ...incidents].join(' ')), leftOut]
  }
  expect(await read(3)).toEqual([['s5 error stale', 's1', 's2'], 2])
  expect(await read(0)).toEqual([[], 5])
  expect(await read(1_000)).toEqual([['s5 error stale', 's1', 's2', 's3', 's4'], 0])
  const { sources } = await readSourceStandings(store.database, 2)
  expect([sources[0]?.lagMs, typeof sources[1]?.lagMs]).toEqual([null, 'number'])
})
