import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { listChunks } from '../records/list-chunks.js'
import { searchRecords } from '../records/search-records.js'
import { testSearch } from '../records/testing/test-search.js'
import { deleteSource, markDeleting } from '../sources/delete-source.js'
import { gatherWhyFacts } from '../why/gather-why-facts.js'
import { claimPortion, retryGivenUp } from './claim-portion.js'
import { indexPending } from './index-pending.js'
import { hasPendingIndex, readIndexState } from './index-state.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
beforeEach(async () => {
  await store.rows('DELETE FROM search_pending')
})
afterAll(() => store.close())

const open = async () => {
  const { sourceId, put } = await store.openSource()
  return {
    sourceId,
    put: (states: Readonly<Record<string, string>>) => put(Object.entries(states).map(([key, v]) => ({ key, v }))),
    find: async (q: string, facets: readonly string[] = []): Promise<readonly string[]> => {
      const found = await searchRecords(store.database, testSearch(q, { facets, filter: { deleted: 'exclude', sourceIds: [sourceId] } }))
      return found?.records.map(({ key }) => key) ?? []
    },
  }
}

describe('a record that waits for the index', () => {
  it('is counted, with the age of the oldest', async () => {
    const { put } = await open()
    expect(await readIndexState(store.database)).toEqual({ pending: 0, oldestSeconds: null, failed: 0 })
    await put({ a: 'one', b: 'two' })
    await put({ c: 'three' })
    expect(await readIndexState(store.database)).toEqual({ pending: 3, oldestSeconds: expect.any(Number), failed: 0 })
    expect(await indexPending(store.database)).toBe(3)
    expect(await readIndexState(store.database)).toEqual({ pending: 0, oldestSeconds: null, failed: 0 })
  })

  it('is found by the words of its previous state, even after several changes', async () => {
    const { put, find } = await open()
    await put({ a: 'walrus' })
    await indexPending(store.database)
    await put({ a: 'badger' })
    await put({ a: 'weasel' })
    expect([await find('walrus', ['stream']), await find('badger'), await find('weasel')]).toEqual([['a'], [], []])
    await indexPending(store.database)
    expect([await find('walrus'), await find('badger'), await find('weasel')]).toEqual([[], [], ['a']])
  })

  it('has the chunks of its current text', async () => {
    const { put, sourceId } = await open()
    const long = (word: string, count: number): string => `${word} `.repeat(count)
    await put({ a: long('walrus', 1_500) })
    const [at] = await store.rows<{ streamId: number; keyHash: string }>(
      `SELECT stream_id AS "streamId", encode(key_hash, 'hex') AS "keyHash" FROM records WHERE source_id = $1`,
      [sourceId],
    )
    const read = () => listChunks(store.database, { streamId: at?.streamId ?? 0, keyHash: at?.keyHash ?? '', around: null, limit: 100 })
    const waiting = await read()
    expect(waiting?.total).toBeGreaterThan(2)
    await indexPending(store.database)
    expect(await read()).toEqual(waiting)
    await put({ a: long('badger', 700) })
    const changed = await read()
    expect(changed?.chunks.every(({ text }) => text.startsWith('badger'))).toBe(true)
    await indexPending(store.database)
    expect(await read()).toEqual(changed)
  })

  it('is removed with its source', async () => {
    const { put, sourceId } = await open()
    await put({ a: 'walrus '.repeat(1_500) })
    await indexPending(store.database)
    await put({ a: 'badger '.repeat(1_500) })
    await markDeleting(store.database, sourceId, 'test')
    expect(await deleteSource(store.database, sourceId)).toBe(true)
    expect(await indexPending(store.database)).toBe(0)
    expect(await store.rows('SELECT FROM record_chunks WHERE stream_id NOT IN (SELECT id FROM streams)')).toEqual([])
    expect(await store.rows('SELECT FROM search_former')).toEqual([])
  })
})

describe('a record that cannot be indexed', () => {
  it('is set aside and reported; the others are found, and it is tried again when requested', async () => {
    await store.rows(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.text LIKE '%poison%' THEN RAISE EXCEPTION 'it does not fit' USING ERRCODE = '22000'; END IF; RETURN NEW; END $$`)
    await store.rows('CREATE TRIGGER refuse BEFORE INSERT ON record_chunks FOR EACH ROW EXECUTE FUNCTION refuse()')
    const { put, find } = await open()
    await put(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, n === 17 ? 'poison '.repeat(1_500) : 'walrus'])))
    await put({ later: 'walrus' })
    const problems: unknown[] = []
    expect(await indexPending(store.database, { onProblem: (error) => problems.push(error) })).toBe(40)
    expect(await readIndexState(store.database)).toMatchObject({ pending: 0, failed: 1 })
    expect(await store.rows('SELECT problem FROM search_pending')).toEqual([{ problem: 'it does not fit' }])
    expect((await find('walrus')).toSorted()).toEqual(
      [...Array.from({ length: 40 }, (_, n) => `k${n}`).filter((key) => key !== 'k17'), 'later'].toSorted(),
    )
    expect(problems.length).toBeGreaterThan(0)
    await store.rows('DROP TRIGGER refuse ON record_chunks')
    expect(await retryGivenUp(store.database.pool)).toBe(1)
    expect(await indexPending(store.database)).toBe(1)
    expect(await find('poison')).toEqual(['k17'])
  })

  it('is set aside too when it silently kills the indexer', async () => {
    const { put } = await open()
    await put({ a: 'walrus', b: 'badger', c: 'weasel' })
    await store.rows('UPDATE search_pending SET attempts = 9')
    expect(await indexPending(store.database)).toBe(3)
    await put({ d: 'ferret' })
    await store.rows('UPDATE search_pending SET attempts = 9')
    expect(await indexPending(store.database)).toBe(0)
    expect(await readIndexState(store.database)).toMatchObject({ pending: 0, failed: 1 })
  })

  it('is tried again by itself after a pause, which grows with every failure, and then found', async () => {
    const { put, find, sourceId } = await open()
    await put({ a: 'walrus' })
    await store.rows('UPDATE search_pending SET attempts = 9')
    await indexPending(store.database)
    const inMinutes = async (): Promise<number> => {
      const [row] = await store.rows<{ minutes: number }>(
        'SELECT round(extract(epoch FROM retry_at - clock_timestamp()) / 60)::int AS minutes FROM search_pending',
      )
      return row?.minutes ?? 0
    }
    const passes = () => store.rows('UPDATE search_pending SET retry_at = now()')
    const first = await inMinutes()
    expect([first > 0, await hasPendingIndex(store.database), await indexPending(store.database)]).toEqual([true, false, 0])
    expect((await gatherWhyFacts(store.database, sourceId))?.unindexed).toMatchObject({
      records: 1,
      problem: expect.stringContaining('indexer ended'),
    })
    // An indexer that is killed says nothing: what it had taken is put off before it begins.
    await passes()
    expect(await hasPendingIndex(store.database)).toBe(true)
    const client = await store.database.pool.connect()
    expect(await claimPortion(client, 1_000).finally(() => client.release())).toMatchObject([{ givenUp: true }])
    expect([await inMinutes(), await hasPendingIndex(store.database)]).toEqual([first * 2, false])
    await put({ b: 'badger' })
    expect([await indexPending(store.database), await find('badger'), await find('walrus')]).toEqual([1, ['b'], []])
    await passes()
    expect([await indexPending(store.database), await find('walrus')]).toEqual([1, ['a']])
    expect((await gatherWhyFacts(store.database, sourceId))?.unindexed).toBeNull()
  })

  it('is not inferred from outages of the database, however many occur while indexing it', async () => {
    await store.rows(
      `CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`,
    )
    await store.rows('CREATE TRIGGER vanish BEFORE INSERT ON search_postings FOR EACH ROW EXECUTE FUNCTION vanish()')
    const { put, find } = await open()
    await put({ a: 'walrus' })
    const unreturned = new Set<string>()
    for (let n = 0; n < 5; n += 1) await expect(indexPending(store.database, { unreturned })).rejects.toThrow(/terminat|connection error/u)
    await store.rows('DROP TRIGGER vanish ON search_postings')
    expect(await indexPending(store.database, { unreturned })).toBe(1)
    expect([await find('walrus'), unreturned.size]).toEqual([['a'], 0])
  })

  it('is not inferred when the database is at fault', async () => {
    const { put } = await open()
    await put({ a: 'walrus' })
    await store.rows('ALTER TABLE search_postings RENAME TO away')
    await expect(indexPending(store.database)).rejects.toThrow('search_postings')
    await store.rows('ALTER TABLE away RENAME TO search_postings')
    expect(await store.rows('SELECT attempts, problem FROM search_pending')).toEqual([{ attempts: 0, problem: null }])
    expect(await indexPending(store.database)).toBe(1)
  })
})
