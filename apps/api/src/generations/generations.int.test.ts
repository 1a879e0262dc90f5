import { findGeneration } from '@inlet/db'
import { freePort } from '@inlet/db/embedded'
import { openSecrets } from '@inlet/security'
import { type EmbeddingServer, embedStored, startEmbeddingServer } from '@inlet/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, insertRecords, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'
import { startReranker } from '../../testing/start-reranker.js'

let api: TestApi
let server: EmbeddingServer
beforeAll(async () => {
  api = await startApi({ config: { INLET_EGRESS_ALLOW: ['127.0.0.1'] } })
  server = await startEmbeddingServer()
  const { body } = await api.post('/v1/sources', newSource({ slug: 'meant' }))
  const texts = ['the automobile of my uncle', 'a recipe for soup', 'how to remove a tree', 'a physician at work']
  await insertRecords(
    api.database,
    body.id,
    texts.map((text, n) => ({ key: `k${n}`, text })),
  )
  await api.database.pool.query('UPDATE streams SET live_records = 4 WHERE source_id = $1', [body.id])
})
afterEach(() => server.behave(null))
afterAll(async () => {
  await api.close()
  await server.close()
})

const create = async (changes: object = {}) => api.post('/v1/search/generations', { url: server.url, model: 'words', ...changes })
const created = async (changes: object = {}) => {
  const answer = await create(changes)
  expectContract(answer, 'createGeneration')
  expect(answer.status).toBe(201)
  return answer.body
}
const build = async (id: string): Promise<void> => {
  const generation = await findGeneration(api.database, id)
  if (generation !== null) await embedStored(api.database, generation)
}
const search = async (q: string, query = '') => {
  const answer = await api.get(`/v1/records?q=${encodeURIComponent(q)}${query}`)
  expectContract(answer, 'listRecords')
  return answer.body
}
const activate = (id: string, body: object = {}) => api.post(`/v1/search/generations/${id}/activate`, body)

describe('a generation of vectors', () => {
  it('is tried, sealed, listed, changed and deleted', async () => {
    const made = await created({ apiKey: 'sk-canary-55', model: 'wide', tokensPerDay: 5_000, questionPrefix: 'query: ' })
    expect(made).toMatchObject({
      dimensions: 64,
      hasKey: true,
      active: false,
      state: 'building',
      records: 4,
      waiting: 4,
      coverage: 0,
      weight: 0.2,
      storage: 'exact',
    })
    expect(made.storageReason).toMatch(/a worker builds the index/u)
    expect(server.calls.at(-1)).toMatchObject({ model: 'wide', authorization: 'Bearer sk-canary-55' })
    const patched = await api.patch(`/v1/search/generations/${made.id}`, { apiKey: 'sk-canary-66', weight: 0.5, tokensPerDay: null })
    expectContract(patched, 'updateGeneration')
    expect(patched.body).toMatchObject({ weight: 0.5, tokensPerDay: null })
    for (const apiKey of ['a\r\nX-B: c', 'a b', 'ключ'])
      expect(problemOf(await api.patch(`/v1/search/generations/${made.id}`, { apiKey }))).toEqual([422, 'VALIDATION_FAILED'])
    const { rows } = await api.database.pool.query('SELECT id, version, sealed FROM search_generations WHERE id = $1', [made.id])
    expect(openSecrets(api.keyring, { ownerId: made.id, version: rows[0].version }, rows[0].sealed)).toEqual({ apiKey: 'sk-canary-66' })
    const list = await api.get('/v1/search/generations', { key: api.keys.read })
    expectContract(list, 'listGenerations')
    for (const text of [list.text, JSON.stringify(rows), api.logLines.join('')]) expect(text).not.toContain('canary')
    expect((await api.delete(`/v1/search/generations/${made.id}`)).status).toBe(204)
    expect(problemOf(await api.get(`/v1/search/generations/${made.id}`))).toEqual([404, 'NOT_FOUND'])
  })

  it('is refused if its endpoint does not work, or must not be reached', async () => {
    const before = (await api.get('/v1/search/generations')).body.items.length
    expect(problemOf(await create({ url: 'http://169.254.169.254/v1/embeddings' }))[1]).toBe('URL_BLOCKED_ADDRESS')
    expect(problemOf(await create({ url: 'ftp://example.com' }))[1]).toBe('URL_SCHEME_NOT_ALLOWED')
    for (const name of ['key', 'api-key', 'access_token'])
      expect(problemOf(await create({ url: `${server.url}?${name}=canary` }))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await create({ dimensions: 16 }))[1]).toBe('UPSTREAM_INVALID')
    // Not attributed to the database, although the cause is ECONNREFUSED here too.
    expect(problemOf(await create({ url: `http://127.0.0.1:${await freePort()}/v1/embeddings` }))[1]).toBe('UNREACHABLE')
    server.behave((_, response) => response.writeHead(401).end() !== null)
    expect(problemOf(await create())[1]).toBe('AUTH_FAILED')
    server.behave((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}') !== null)
    expect(problemOf(await create())[1]).toBe('UPSTREAM_INVALID')
    for (const [method, path] of [
      ['POST', '/v1/search/generations'],
      ['POST', '/v1/search/generations/rollback'],
    ] as const)
      expect(problemOf(await api.send(method, path, { key: api.keys.write, json: { url: server.url, model: 'm' } }))).toEqual([403, 'FORBIDDEN'])
    expect((await api.get('/v1/search/generations')).body.items).toHaveLength(before)
  })

  it('is activated when it is complete, or by force, and rolled back to the one before', async () => {
    const [one, two] = [await created(), await created({ model: 'wide' })]
    expect(problemOf(await activate(one.id))).toEqual([409, 'GENERATION_INCOMPLETE'])
    await build(one.id)
    const activated = await activate(one.id)
    expectContract(activated, 'activateGeneration')
    expect(activated.body).toMatchObject({ active: true, state: 'ready', coverage: 1 })
    expect((await activate(two.id, { force: true })).body.active).toBe(true)
    const back = await api.post('/v1/search/generations/rollback')
    expectContract(back, 'rollBackGeneration')
    expect(back.body.items.filter(({ active }: { active: boolean }) => active).map(({ id }: { id: string }) => id)).toEqual([one.id])
    await api.post('/v1/search/generations/rollback')
    expect(problemOf(await api.post('/v1/search/generations/rollback'))).toEqual([404, 'NOT_FOUND'])
    for (const { id } of [one, two]) await api.delete(`/v1/search/generations/${id}`)
  })
})

describe('a search', () => {
  it('uses vectors if a generation is active, words alone if none is or the question is one word', async () => {
    expect((await search('which car')).search).toEqual({ mode: 'lexical', fellBack: null, reranked: false, vectorCoverage: null })
    expect((await search('which car', '&mode=hybrid')).search).toMatchObject({ mode: 'lexical', fellBack: expect.stringMatching(/no generation/u) })
    const { id } = await created({ weight: 1 })
    await activate(id, { force: true })
    expect((await search('which car')).search).toMatchObject({ mode: 'lexical', fellBack: expect.stringMatching(/0 % of the records/u) })
    await build(id)
    // The known coverage may be some seconds old; the explicit mode does not use it.
    const found = await search('which car', '&mode=hybrid')
    expect(found.search).toMatchObject({ mode: 'hybrid', fellBack: null })
    expect(found.items[0]).toMatchObject({ key: 'k0', matchedBy: ['vector'] })
    expect((await search('soup')).search).toMatchObject({ mode: 'lexical', fellBack: null })
    expect((await search('which car', '&mode=lexical')).items).toEqual([])
    const other = await created({ model: 'wide' })
    await build(other.id)
    expect((await search('which car', `&mode=vector&generation=${other.id}`)).items[0].key).toBe('k0')
    expect(problemOf(await api.get('/v1/records?q=a&mode=vector&generation=0c7c9a52-6f0e-4d8e-9f40-0d8e0f4c1a11'))[1]).toBe('VALIDATION_FAILED')
    for (const one of [id, other.id]) await api.delete(`/v1/search/generations/${one}`)
  })

  it.each([
    ['is dead', (_: unknown, response: { destroy(): unknown }) => response.destroy() !== null, /CONNECTION_LOST|UNREACHABLE/u],
    ['is slow', () => true, /TIMEOUT/u],
    [
      'lies',
      (_: unknown, response: { end(text: string): unknown }) => response.end('{"data":[{"embedding":[1,null]}]}') !== null,
      /UPSTREAM_INVALID|CONTENT_MISMATCH/u,
    ],
    ['limits', (_: unknown, response: { writeHead(status: number): { end(): unknown } }) => response.writeHead(429).end() !== null, /RATE_LIMITED/u],
  ])('is answered by words where the endpoint %s, says so, and does not wait again', async (_, behavior, why) => {
    const { id } = await created()
    await build(id)
    await activate(id)
    server.behave(behavior)
    const found = await search('a recipe for soup please')
    expect(found.search).toMatchObject({ mode: 'lexical', fellBack: expect.stringMatching(why), vectorCoverage: 1 })
    expect(found.items[0].key).toBe('k1')
    const asked = server.calls.length
    expect((await search('another recipe for soup')).search.fellBack).toMatch(why)
    expect(server.calls).toHaveLength(asked)
    await api.delete(`/v1/search/generations/${id}`)
  })

  it('has its best hits reranked if an endpoint for that works, and keeps its own order otherwise', async () => {
    let works = true
    const rerank = await startReranker((texts) => (works ? texts.map((text) => (text.includes('physician') ? 1 : 0)) : null))
    expect(problemOf(await create({ rerank: { url: 'http://169.254.169.254/', model: 'reranker' } }))[1]).toBe('URL_BLOCKED_ADDRESS')
    const made = await created({ apiKey: 'sk-one', rerank: { url: rerank.url, model: 'reranker', apiKey: 'sk-two' } })
    expect(made.rerank).toEqual({ url: rerank.url, model: 'reranker' })
    expect(rerank.calls[0]).toEqual({ model: 'reranker', authorization: 'Bearer sk-two' })
    await build(made.id)
    await activate(made.id)
    const best = await search('which car is it', '&mode=hybrid')
    expect(best.search).toMatchObject({ mode: 'hybrid', reranked: true })
    expect(best.items[0].key).toBe('k3')
    works = false
    const plain = await search('which automobile is it', '&mode=hybrid')
    expect(plain.search).toMatchObject({ mode: 'hybrid', reranked: false, fellBack: null })
    expect(plain.items[0].key).toBe('k0')
    // A key is for the address it was given with.
    const elsewhere = await startReranker((texts) => texts.map(() => 0))
    await api.patch(`/v1/search/generations/${made.id}`, { rerank: { url: elsewhere.url, model: 'reranker' } })
    await search('who looks after the sick')
    expect(elsewhere.calls.length).toBeGreaterThan(0)
    expect(elsewhere.calls.filter(({ authorization }) => authorization !== undefined)).toEqual([])
    await elsewhere.close()
    const without = await api.patch(`/v1/search/generations/${made.id}`, { rerank: null })
    expectContract(without, 'updateGeneration')
    expect(without.body).toMatchObject({ rerank: null, hasKey: true })
    await api.delete(`/v1/search/generations/${made.id}`)
    await rerank.close()
  })

  it('never fails or mixes vectors while generations are switched', async () => {
    const [one, two] = [await created({ weight: 1 }), await created({ model: 'wide', weight: 1 })]
    for (const { id } of [one, two]) await build(id)
    await activate(one.id)
    let switching = true
    const switches = (async () => {
      for (let n = 0; n < 20; n += 1) {
        await activate(n % 2 === 0 ? two.id : one.id)
        if (n % 5 === 4) await api.post('/v1/search/generations/rollback')
      }
      switching = false
    })()
    let asked = 0
    while (switching) {
      const found = await search(`the vehicle of my uncle ${asked % 7}`, '&mode=vector')
      expect(found.search).toMatchObject({ mode: 'vector', fellBack: null })
      expect(found.items[0].key).toBe('k0')
      asked += 1
    }
    await switches
    expect(asked).toBeGreaterThan(3)
    for (const { id } of [one, two]) await api.delete(`/v1/search/generations/${id}`)
  })
})
