import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { actOnSource } from '../lifecycle/act-on-source.js'
import { markStaleness } from './mark-staleness.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const events = async (sourceId: string): Promise<string[]> =>
  (
    await store.rows<{ type: string }>(`SELECT type FROM events WHERE source_id = $1 AND type IN ('source.stale', 'source.fresh') ORDER BY id`, [
      sourceId,
    ])
  ).map(({ type }) => type)
const set = (sourceId: string, what: string) => store.database.pool.query(`UPDATE sources SET ${what} WHERE id = $1`, [sourceId])

it('reports once per incident that a source is stale, and once that it is fresh again', async () => {
  const sourceId = await store.addSource()
  await set(sourceId, `fresh_within_seconds = 60, last_success_at = now() - interval '30 seconds'`)
  expect(await markStaleness(store.database)).toEqual({ stale: 0, fresh: 0 })
  await set(sourceId, `last_success_at = now() - interval '90 seconds'`)
  const passes = await Promise.all([1, 2, 3, 4].map(() => markStaleness(store.database)))
  expect(passes.reduce((sum, { stale }) => sum + stale, 0)).toBe(1)
  expect(await markStaleness(store.database)).toEqual({ stale: 0, fresh: 0 })
  await set(sourceId, 'last_success_at = now()')
  const again = await Promise.all([1, 2, 3, 4].map(() => markStaleness(store.database)))
  expect(again.reduce((sum, { fresh }) => sum + fresh, 0)).toBe(1)
  await set(sourceId, `last_success_at = now() - interval '1 hour'`)
  await markStaleness(store.database)
  expect(await events(sourceId)).toEqual(['source.stale', 'source.fresh', 'source.stale'])
})

it('gives a new source time, raises no alarm for a paused one, and clears the mark with the objective', async () => {
  const sourceId = await store.addSource()
  await set(sourceId, 'fresh_within_seconds = 60')
  await actOnSource(store.database, { sourceId, action: 'pause', actor: 'test' })
  await set(sourceId, `created_at = now() - interval '2 minutes'`)
  expect(await markStaleness(store.database)).toEqual({ stale: 0, fresh: 0 })
  await actOnSource(store.database, { sourceId, action: 'resume', actor: 'test' })
  expect(await markStaleness(store.database)).toEqual({ stale: 1, fresh: 0 })
  await set(sourceId, 'fresh_within_seconds = NULL')
  expect(await markStaleness(store.database)).toEqual({ stale: 0, fresh: 1 })
  expect(await events(sourceId)).toEqual(['source.stale', 'source.fresh'])
})
