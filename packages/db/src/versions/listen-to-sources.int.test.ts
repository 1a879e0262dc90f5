import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { updateSource } from '../sources/update-source.js'
import { listenToSources } from './listen-to-sources.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const cutListeners = () =>
  store.rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'inlet-listen' AND datname = current_database()`)

it('reports each committed change and each outage, and reconnects by itself', async () => {
  const sourceId = await store.addSource()
  const heard: (string | null)[] = []
  const errors: Error[] = []
  const listener = listenToSources({ url: store.url, onChange: (id) => heard.push(id), onError: (error) => errors.push(error) })
  const change = (n: number) => updateSource(store.database, { sourceId, expectedRevision: null, config: { n }, actor: 'test' })
  await until(async () => heard.length === 1)
  expect(heard).toEqual([null])

  await store.database
    .transaction(async (client) => {
      await client.query('UPDATE sources SET revision = revision + 1 WHERE id = $1', [sourceId])
      throw new Error('rolled back')
    })
    .catch(() => {})
  await store.database.pool.query('UPDATE sources SET last_success_at = now(), process_deaths = 0 WHERE id = $1', [sourceId])
  await change(1)
  await until(async () => heard.length === 2)
  expect(heard).toEqual([null, sourceId])

  await cutListeners()
  await until(async () => heard.length === 3)
  expect(errors.length).toBeGreaterThan(0)
  await change(2)
  await until(async () => heard.length === 4)
  expect(heard).toEqual([null, sourceId, null, sourceId])
  await listener.close()
  await until(async () => (await cutListeners()).length === 0)
})
