import { randomUUID } from 'node:crypto'
import {
  activateGeneration,
  type Claimant,
  claimRecords,
  deleteGeneration,
  deleteSource,
  findGeneration,
  markDeleting,
  rollBackGeneration,
  toStoredVector,
  updateGeneration,
  writeVectors,
} from '@inlet/db'
import { sealSecrets } from '@inlet/security'
import { until } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { createBatchSizes, embedPending } from './embed-pending.js'
import { type EmbeddingFixture, manyTexts, openEmbeddingFixture } from './fixtures/open-embedding-fixture.js'

let fixture: EmbeddingFixture
beforeAll(async () => {
  fixture = await openEmbeddingFixture(inject('postgresUrl'), inject('templateDatabase'))
})
beforeEach(() => fixture.begin())
afterEach(() => fixture.end())
afterAll(() => fixture.close())

describe('the vectors of a generation', () => {
  it('are made for records stored before and after it, with its key and prefix', async () => {
    const { put } = await fixture.openSource()
    await put(manyTexts(100))
    const id = randomUUID()
    const generation = await fixture.addGeneration({
      id,
      textPrefix: 'passage: ',
      sealed: sealSecrets(fixture.keyring, { ownerId: id, version: 1 }, { apiKey: 'sk-canary' }),
    })
    expect(await fixture.coverage(generation)).toEqual({ records: 100, waiting: 100, failed: 0, share: 0 })
    fixture.startWorker()
    await until(() => fixture.isCovered(generation))
    expect(await fixture.countVectors(generation.space)).toBe(100)
    await put({ later: 'a text that came later' })
    await until(() => fixture.isCovered(generation))
    expect(await fixture.countVectors(generation.space)).toBe(101)
    expect(fixture.server.texts()).toContain('passage: a text that came later')
    expect(fixture.server.calls[0]?.authorization).toBe('Bearer sk-canary')
    expect(fixture.server.calls.length).toBeLessThan(20)
    expect((await fixture.read(id)).tokensTotal).toBeGreaterThan(300)
  })

  it('are made again only for changed chunks', async () => {
    const { put } = await fixture.openSource()
    const section = (n: number, words: string): string => `# Section ${n}\n\n${`${words} `.repeat(300)}`
    const sections = [1, 2, 3, 4, 5].map((n) => section(n, `words of ${n}`))
    await put({ book: sections.join('\n\n') })
    const generation = await fixture.addGeneration()
    fixture.startWorker()
    await until(() => fixture.isCovered(generation))
    const count = await fixture.countVectors(generation.space)
    expect(count).toBeGreaterThan(4)
    const before = fixture.server.texts().length
    await put({ book: [section(0, 'a new one'), ...sections.slice(0, 3), section(4, 'other words')].join('\n\n') })
    await until(() => fixture.isCovered(generation))
    const again = fixture.server.texts().slice(before)
    expect(again.length).toBeGreaterThan(0)
    expect(again.filter((text) => /words of [123] /u.test(text) && !/new one|other words/u.test(text))).toEqual([])
    await put({ book: 'short' })
    await until(async () => (await fixture.isCovered(generation)) && (await fixture.countVectors(generation.space)) === 1)
  })

  it('are removed with a deleted or changed record, with their source, and with their generation', async () => {
    const [one, two] = [await fixture.openSource(), await fixture.openSource()]
    await one.put(manyTexts(10))
    await two.put(manyTexts(10, 'other'))
    const [a, b] = [await fixture.addGeneration(), await fixture.addGeneration({ model: 'wide' })]
    fixture.startWorker()
    await until(async () => (await fixture.isCovered(a)) && (await fixture.isCovered(b)))
    expect(await deleteGeneration(fixture.store.database, a.id, 'test')).toBe(true)
    expect(await findGeneration(fixture.store.database, a.id)).toBeNull()
    await until(async () => (await fixture.store.rows('SELECT FROM search_generations')).length === 1)
    expect(await fixture.countVectors(a.space)).toBe(0)
    expect(await fixture.countVectors(b.space)).toBe(20)
    await markDeleting(fixture.store.database, one.sourceId, 'test')
    await deleteSource(fixture.store.database, one.sourceId)
    expect(await fixture.countVectors(b.space)).toBe(10)
  })

  it('come from its own model only', async () => {
    const { put } = await fixture.openSource()
    await put(manyTexts(20))
    const [a, b] = [await fixture.addGeneration(), await fixture.addGeneration({ model: 'wide' })]
    fixture.startWorker()
    await until(async () => (await fixture.isCovered(a)) && (await fixture.isCovered(b)))
    const lengths = await fixture.store.rows(
      'SELECT space, length(code) AS bits, length(vector) AS bytes, count(*)::int AS n FROM search_codes JOIN search_vectors USING (space, stream_id, key_hash, ordinal) GROUP BY 1, 2, 3 ORDER BY 1',
    )
    expect(lengths).toEqual([
      { space: a.space, bits: 32, bytes: 64, n: 20 },
      { space: b.space, bits: 64, bytes: 128, n: 20 },
    ])
  })
})

describe('a worker that dies', () => {
  it('leaves its claims to another, and writes nothing late', async () => {
    const { put } = await fixture.openSource()
    await put(manyTexts(20))
    const generation = await fixture.addGeneration()
    await fixture.store.rows(`INSERT INTO embedding_pending (space, stream_id, key_hash) SELECT $1, stream_id, key_hash FROM records`, [
      generation.space,
    ])
    const dead = { space: generation.space, by: randomUUID() }
    const taken = await claimRecords(fixture.store.database, dead, 20)
    expect(taken).toHaveLength(20)
    fixture.startWorker()
    await until(async () => (await fixture.read(generation.id)).walkedAt !== null)
    expect(await fixture.countVectors(generation.space)).toBe(0)
    await fixture.store.rows(`UPDATE embedding_pending SET taken_until = now() - interval '1 second'`)
    await until(() => fixture.isCovered(generation))
    const [first] = taken
    if (first === undefined) throw new Error('nothing was taken')
    const late = { ...first, ordinal: 0, hash: Buffer.alloc(16), ...toStoredVector(Float32Array.from({ length: 32 }, () => 1)) }
    expect(await writeVectors(fixture.store.database, dead, [late])).toBe(0)
    expect(await fixture.countVectors(generation.space)).toBe(20)
  })

  it('does not hold an outage of the database against a record', async () => {
    const { put } = await fixture.openSource()
    await put({ a: 'some words' })
    const generation = await fixture.addGeneration()
    const { database } = fixture.store
    await database.pool.query(`INSERT INTO embedding_pending (space, stream_id, key_hash) SELECT $1, stream_id, key_hash FROM records`, [
      generation.space,
    ])
    let isUnavailable = false
    const query = (...args: readonly unknown[]) =>
      isUnavailable
        ? Promise.reject(new Error('Connection terminated unexpectedly'))
        : (database.pool.query as (...args: readonly unknown[]) => unknown)(...args)
    const pool = new Proxy(database.pool, { get: (target, name) => (name === 'query' ? query : Reflect.get(target, name)) })
    fixture.server.behave((_, response) => {
      isUnavailable = true
      response.destroy()
      return true
    })
    const state = { sizes: createBatchSizes(), unreleased: new Set<Claimant>(), signal: new AbortController().signal }
    const embed = () => embedPending({ ...fixture.deps(), database: { ...database, pool } }, generation, state)
    for (let n = 0; n < 8; n += 1) {
      await expect(embed()).rejects.toThrow(/connection|ended/iu)
      isUnavailable = false
    }
    expect(await fixture.store.rows('SELECT attempts FROM embedding_pending')).toEqual([{ attempts: 1 }])
    fixture.server.behave(null)
    expect(await embed()).toBe(1)
    expect([await fixture.countVectors(generation.space), state.unreleased.size]).toEqual([1, 0])
  })

  it('does not lose a change made while it was working on the record', async () => {
    const { put } = await fixture.openSource()
    await put({ a: 'old words' })
    const generation = await fixture.addGeneration()
    let release = (): void => {}
    fixture.server.behave(({ texts }, response) => {
      if (texts[0] !== 'old words') return false
      release = () => response.destroy()
      return true
    })
    fixture.startWorker()
    await until(() => fixture.server.calls.length > 0)
    await put({ a: 'new words' })
    release()
    await fixture.store.rows('UPDATE search_generations SET paused_until = NULL')
    await until(async () => fixture.server.texts().includes('new words') && (await fixture.isCovered(generation)))
    expect(await fixture.countVectors(generation.space)).toBe(1)
  })
})

describe('the daily token budget', () => {
  it('is not exceeded, and what is left over waits', async () => {
    const { put } = await fixture.openSource()
    await put(manyTexts(100))
    const generation = await fixture.addGeneration({ tokensPerDay: 200 })
    fixture.startWorker()
    await until(async () => (await fixture.problemOf(generation)) !== null)
    const { tokensToday, problem, pausedUntil } = await fixture.read(generation.id)
    expect(problem).toMatch(/used up/u)
    expect(tokensToday).toBeLessThanOrEqual(200)
    expect(tokensToday).toBeGreaterThan(100)
    expect(new Date(pausedUntil ?? 0).toISOString()).toMatch(/T00:00:00/u)
    await updateGeneration(fixture.store.database, { id: generation.id, tokensPerDay: null }, 'test')
    await until(() => fixture.isCovered(generation))
  })
})

describe('switching', () => {
  it('activates a generation, returns to the previous one, and finally to none', async () => {
    const [a, b] = [await fixture.addGeneration(), await fixture.addGeneration({ model: 'wide' })]
    const active = async () => (await fixture.store.rows<{ id: string }>('SELECT id FROM search_generations WHERE active')).map(({ id }) => id)
    expect(await activateGeneration(fixture.store.database, a.id, 'test')).toBe(true)
    expect(await activateGeneration(fixture.store.database, b.id, 'test')).toBe(true)
    expect(await active()).toEqual([b.id])
    expect(await rollBackGeneration(fixture.store.database, 'test')).toBe(a.id)
    expect(await active()).toEqual([a.id])
    expect(await rollBackGeneration(fixture.store.database, 'test')).toBeNull()
    expect(await active()).toEqual([])
    await expect(rollBackGeneration(fixture.store.database, 'test')).rejects.toThrow(expect.objectContaining({ reason: 'NOT_FOUND' }))
    expect(await activateGeneration(fixture.store.database, randomUUID(), 'test')).toBe(false)
  })
})
