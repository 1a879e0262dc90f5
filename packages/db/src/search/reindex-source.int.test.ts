import type { Language } from '@inlet/domain'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { searchRecords } from '../records/search-records.js'
import { testSearch } from '../records/testing/test-search.js'
import { findSource } from '../sources/find-source.js'
import { updateSource } from '../sources/update-source.js'
import { inTransaction } from './index-lock.js'
import { indexPending } from './index-pending.js'
import { hasPendingIndex, readIndexState } from './index-state.js'
import { renumberSome } from './reindex-source.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const open = async (streams: readonly string[] = ['main']) => {
  const { sourceId, put } = await store.openSource({ streams })
  return {
    sourceId,
    put: (states: Readonly<Record<string, string>>, stream = 'main') => put(Object.entries(states).map(([key, v]) => ({ key, v, stream }))),
    find: async (q: string): Promise<readonly string[]> => {
      const found = await searchRecords(store.database, testSearch(q, { filter: { deleted: 'exclude', sourceIds: [sourceId] } }))
      return found?.records.map(({ key }) => key).sort() ?? []
    },
    setLanguage: (language: Language | null) => updateSource(store.database, { sourceId, expectedRevision: null, language, actor: 'test' }),
    progress: async () => (await findSource(store.database, sourceId))?.reindexing,
  }
}

/** Does what the indexer does while nothing else is pending, but step by step. */
const step = async (): Promise<boolean> => {
  const client = await store.database.pool.connect()
  try {
    return await renumberSome(client)
  } finally {
    client.release()
  }
}

describe('a source whose language is set', () => {
  it('has its records indexed again, in all its streams, and later ones as well', async () => {
    const { sourceId, put, find, setLanguage, progress } = await open(['main', 'more'])
    await put({ a: 'Häuser', b: 'Bücher' })
    await put({ c: 'Häuser' }, 'more')
    await indexPending(store.database)
    expect(await find('Haus')).toEqual([])
    await setLanguage('de')
    expect(await progress()).toEqual({ records: 3, done: 0 })
    expect(await hasPendingIndex(store.database)).toBe(true)
    expect(await indexPending(store.database)).toBe(3)
    expect([await find('Haus'), await find('Buch')]).toEqual([['a', 'c'], ['b']])
    expect([await progress(), await hasPendingIndex(store.database), await store.rows('SELECT FROM search_former')]).toEqual([null, false, []])
    await put({ d: 'Häuser' })
    expect(await indexPending(store.database)).toBe(1)
    expect(await find('Haus')).toEqual(['a', 'c', 'd'])
    expect((await findSource(store.database, sourceId))?.language).toBe('de')
  })

  it('is found as before until that is done, however often it is changed', async () => {
    const { put, find, setLanguage, progress } = await open()
    await put({ a: 'Häuser', b: 'Häuser' })
    await indexPending(store.database)
    await setLanguage('de')
    expect(await step()).toBe(true)
    expect(await progress()).toEqual({ records: 2, done: 2 })
    await put({ c: 'Häuser' })
    expect(await find('Häuser')).toEqual(['a', 'b'])
    await setLanguage('simple')
    expect(await progress()).toEqual({ records: 3, done: 0 })
    expect(await find('Häuser')).toEqual(['a', 'b'])
    expect(await readIndexState(store.database)).toMatchObject({ pending: 3 })
    await indexPending(store.database)
    expect(await find('Häuser')).toEqual(['a', 'b', 'c'])
    expect(await find('Haus')).toEqual([])
    await setLanguage(null)
    await setLanguage(null)
    expect(await indexPending(store.database)).toBe(3)
    expect(await indexPending(store.database)).toBe(0)
  })

  it('shows its records once more in the change feed, without losing any change', async () => {
    const { sourceId, put, setLanguage } = await open()
    await put({ a: 'Häuser', b: 'Häuser' })
    await indexPending(store.database)
    await setLanguage('de')
    await indexPending(store.database)
    const logged = await store.rows<{ key: string }>(
      `SELECT r.key FROM records r JOIN record_changes c ON c.source_id = r.source_id AND c.docs @> r.doc_id WHERE r.source_id = $1 ORDER BY 1`,
      [sourceId],
    )
    expect(logged.map(({ key }) => key)).toEqual(['a', 'b'])
  })

  it('waits for a batch being stored, whose sweep finds records by their ctid', async () => {
    const { sourceId, put, setLanguage } = await open()
    await put({ a: 'Häuser' })
    await indexPending(store.database)
    await setLanguage('de')
    const batch = await store.database.pool.connect()
    const order: string[] = []
    try {
      await inTransaction(batch, async () => {
        await batch.query('SELECT FROM leases WHERE source_id = $1 FOR KEY SHARE', [sourceId])
        const stepping = step().then(() => order.push('renumbered'))
        await until(async () => {
          const waiting = await store.rows(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
          return waiting.length > 0
        })
        order.push('stored')
        await batch.query('COMMIT')
        await stepping
      })
    } finally {
      batch.release()
    }
    expect(order).toEqual(['stored', 'renumbered'])
  })
})
