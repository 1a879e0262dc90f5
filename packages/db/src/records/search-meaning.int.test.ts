import { embedStored, embedWords, openTestStore, type TestStore, toUnit } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Generation } from '../embeddings/generations.js'
import { addGeneration } from '../embeddings/testing/add-generation.js'
import { indexPending } from '../search/index-pending.js'
import type { MeaningSearch } from './fuse-hits.js'
import { type RecordSearch, searchRecords } from './search-records.js'
import { testSearch } from './testing/test-search.js'

let store: TestStore
let narrow: Generation
let wide: Generation
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  narrow = await addGeneration(store.database, 32)
  wide = await addGeneration(store.database, 64)
})
afterAll(() => store.close())

const meaningOf = (question: string, { space, dimensions }: Generation, mode: MeaningSearch['mode'], weight = 1): MeaningSearch => ({
  space,
  vector: toUnit(embedWords(question, dimensions)),
  mode,
  weight,
  rerank: null,
})

const open = async () => {
  const source = await store.openSource()
  const { sourceId } = source
  const put = async (states: Readonly<Record<string, string | null>>): Promise<void> => {
    const entries = Object.entries(states).map(([key, v]) => (v === null ? { key, op: 'd' as const } : { key, v }))
    await source.put(entries)
    await indexPending(store.database)
    await embedStored(store.database, narrow)
    await embedStored(store.database, wide)
  }
  const search = async (question: string, meaning: MeaningSearch, changes: Partial<RecordSearch> = {}) => {
    const found = await searchRecords(
      store.database,
      testSearch(question, { meaning, filter: { deleted: 'exclude', sourceIds: [sourceId] }, ...changes }),
    )
    if (found === null) throw new Error('the order is kept no longer')
    return found
  }
  return { sourceId, put, search }
}

describe('a search by meaning', () => {
  it('finds what says the same in other words, with the matching part', async () => {
    const { put, search } = await open()
    await put({ a: 'the automobile of my uncle', b: 'a recipe for soup', c: 'the physician of my uncle' })
    const asked = 'which car'
    const found = await search(asked, meaningOf(asked, narrow, 'vector'))
    expect(found.mode).toBe('vector')
    expect(found.records[0]).toMatchObject({ key: 'a', matchedBy: ['vector'], chunks: [{ ordinal: 0 }] })
    expect(found.records[0]?.similarity).toBeGreaterThan(found.records[1]?.similarity ?? 1)
    const both = await search('physician of my uncle', meaningOf('doctor of my uncle', narrow, 'hybrid'))
    expect(both.mode).toBe('hybrid')
    expect(both.records[0]).toMatchObject({ key: 'c', matchedBy: ['lexical', 'vector'] })
    expect(both.records.map(({ key }) => key)).toContain('b')
  })

  it('respects the strict parts of the question, and filters', async () => {
    const { put, search, sourceId } = await open()
    await put({ a: 'car repair at home', b: 'automobile repair at work', c: 'vehicle repair at home' })
    const keys = async (q: string, changes: Partial<RecordSearch> = {}) =>
      (await search(q, meaningOf('car repair', narrow, 'vector'), changes)).records.map(({ key }) => key).sort()
    expect(await keys('car repair')).toEqual(['a', 'b', 'c'])
    expect(await keys('car repair -work')).toEqual(['a', 'c'])
    expect(await keys('car repair "at home"')).toEqual(['a', 'c'])
    expect(await keys('car +automobile')).toEqual(['b'])
    expect(await keys('car repair', { filter: { deleted: 'exclude', sourceIds: [sourceId], kind: 'event' } })).toEqual([])
  })

  it('ignores deleted records, and closer ones of other sources', async () => {
    const [one, two] = [await open(), await open()]
    await two.put({ near: 'start the kitten' })
    await one.put({ far: 'begin with a cat among many other animals of the wood', gone: 'start the kitten' })
    await one.put({ gone: null })
    // So many closer parts that are not hits that sign codes alone would not reach the others.
    await store.rows(
      `INSERT INTO search_codes (space, stream_id, key_hash, ordinal, hash, code)
       SELECT c.space, c.stream_id, sha256(n::text::bytea), 0, c.hash, c.code FROM search_codes c JOIN streams st ON st.id = c.stream_id, generate_series(1, 1000) n
       WHERE c.space = $1 AND st.source_id = $2`,
      [narrow.space, two.sourceId],
    )
    const asked = 'start the kitten'
    expect((await one.search(asked, meaningOf(asked, narrow, 'vector'))).records.map(({ key }) => key)).toEqual(['far'])
    const all = await one.search(asked, meaningOf(asked, narrow, 'hybrid'), { filter: { deleted: 'exclude' }, limit: 100 })
    const byMeaning = all.records.filter(({ matchedBy }) => matchedBy.includes('vector')).map(({ key }) => key)
    expect(byMeaning).toEqual(expect.arrayContaining(['near', 'far']))
    expect(byMeaning).not.toContain('gone')
    await store.rows(
      'DELETE FROM search_codes c WHERE NOT EXISTS (SELECT FROM records r WHERE r.stream_id = c.stream_id AND r.key_hash = c.key_hash)',
    )
  })

  it('never mixes the vectors of two generations', async () => {
    const { put, search } = await open()
    await put({ a: 'cat', b: 'dog' })
    await store.rows('DELETE FROM search_codes WHERE space = $1', [wide.space])
    expect((await search('feline', meaningOf('feline', wide, 'vector'))).records).toEqual([])
    expect((await search('feline', meaningOf('feline', narrow, 'vector'))).records[0]?.key).toBe('a')
  })
})

describe('a reranking endpoint', () => {
  it('reranks the best by their texts, and changes nothing when it fails', async () => {
    const { put, search } = await open()
    await put({ a: 'start the car', b: 'start the engine of an automobile', c: 'begin with the vehicle' })
    const asked = 'start the car'
    const seen: (readonly string[])[] = []
    const rerank = async (texts: readonly string[]) => {
      seen.push(texts)
      return texts.map((text) => (text.includes('vehicle') ? 2 : text.includes('engine') ? 1 : 0))
    }
    const found = await search(asked, { ...meaningOf(asked, narrow, 'hybrid'), rerank })
    expect(found).toMatchObject({ reranked: true })
    expect(found.records.map(({ key }) => key)).toEqual(['c', 'b', 'a'])
    expect([...(seen[0] ?? [])].sort()).toEqual(['begin with the vehicle', 'start the car', 'start the engine of an automobile'])
    const silent = await search(asked, { ...meaningOf(asked, narrow, 'hybrid'), rerank: async () => null })
    expect(silent).toMatchObject({ reranked: false, mode: 'hybrid' })
    expect(silent.records[0]?.key).toBe('a')
  })
})

describe('pages of a hybrid search', () => {
  it('skip and repeat nothing while records are written, and say what found each', async () => {
    const { put, search } = await open()
    const words = ['begin', 'start', 'commence', 'remove', 'delete', 'soup']
    await put(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, `${words[n % 6]} item ${n} ${'filler '.repeat(n % 5)}`])))
    const asked = 'start item'
    const meaning = meaningOf(asked, narrow, 'hybrid', 0.5)
    const seen: string[] = []
    const marks = new Map<string, string>()
    let position: RecordSearch['position'] | null = { at: 'start' }
    for (let page = 0; position !== null; page += 1) {
      // A stored ranking is read without the question's vector.
      const found = await search(asked, meaning, { position, limit: 7, ...(position.at === 'walk' ? { meaning: null } : {}) })
      expect(found.mode).toBe('hybrid')
      for (const { key, matchedBy, similarity } of found.records) {
        seen.push(key)
        marks.set(key, matchedBy.join())
        expect(similarity !== null).toBe(matchedBy.includes('vector'))
      }
      await put({ [`new${page}`]: `start item new ${page}`, [`k${page + 30}`]: `changed start item ${page}` })
      position = found.next
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.filter((key) => key.startsWith('k')).length).toBeGreaterThanOrEqual(39)
    expect(new Set(marks.values()).has('lexical,vector')).toBe(true)
  })
})
