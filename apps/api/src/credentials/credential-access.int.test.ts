import { type EndpointId, endpoints } from '@inlet/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Answer, expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  // No worker answers here: whatever reaches one ends with CHECK_TIMEOUT.
  api = await startApi({ callTimeoutMs: 50 })
})
afterAll(() => api.close())

const HOME = 'https://home.example'
const EVIL = 'https://evil.example/steal'
const secrets = { password: 'canary-55e1' }
const write = () => ({ key: api.keys.write })
const any = { 'if-match': '*' }
const names = (function* () {
  for (let n = 1; ; n += 1) yield `guarded-${n}`
})()

const addSource = async (changes: object = {}) => {
  const answer = await api.post('/v1/sources', newSource({ config: { url: HOME }, secrets, ...changes }), write())
  expectContract(answer, 'createSource')
  return answer.body
}
const addShared = async (targets: readonly string[] = [HOME]) => {
  const answer = await api.post('/v1/credentials', { name: names.next().value, connector: 'toy', secrets, targets }, write())
  expectContract(answer, 'createCredential')
  return answer.body
}
const putDraft = (id: string, config: object, key: string) => api.send('PUT', `/v1/sources/${id}/draft`, { json: { config }, key })
/** Creates a source that was moved away from EVIL with new secrets: its first version still leads there. */
const addMoved = async () => {
  const { id } = await addSource({ config: { url: EVIL } })
  const moved = await api.patch(`/v1/sources/${id}`, { config: { url: HOME }, secrets }, { ...write(), headers: any })
  expect(moved.status).toBe(200)
  return id
}
const definition = (changes: object) => ({ slug: names.next().value, name: names.next().value, connector: 'toy', config: { url: EVIL }, ...changes })
const plan = (given: object): Promise<Answer> => api.post('/v1/registry/plan', { sources: [given] }, write())

/** How each endpoint that accepts settings, or makes others live, is asked to use stored secrets elsewhere; null: it uses none. */
const ATTACKS: Readonly<Partial<Record<EndpointId, readonly (() => Promise<Answer>)[] | null>>> = {
  createSource: [async () => api.post('/v1/sources', newSource({ config: { url: EVIL }, credential: (await addShared()).id }), write())],
  updateSource: [
    async () => api.patch(`/v1/sources/${(await addSource()).id}`, { config: { url: EVIL } }, { ...write(), headers: any }),
    async () => api.patch(`/v1/sources/${(await addSource()).id}?check=true`, { config: { url: EVIL } }, { ...write(), headers: any }),
    async () =>
      api.patch(
        `/v1/sources/${(await addSource({ config: { url: EVIL } })).id}?check=true`,
        { credential: (await addShared()).name },
        { ...write(), headers: any },
      ),
    async () => {
      const { id } = await addSource({ secrets: undefined, credential: (await addShared()).id })
      return api.patch(`/v1/sources/${id}`, { config: { url: EVIL } }, { ...write(), headers: any })
    },
  ],
  testSource: [
    async () => api.post(`/v1/sources/${(await addSource()).id}/test`, { config: { url: EVIL } }, write()),
    async () => api.post(`/v1/sources/${await addMoved()}/test`, { version: 1 }, write()),
  ],
  testNewSource: [
    async () => api.post('/v1/sources/test', { connector: 'toy', config: { url: EVIL }, credential: (await addShared()).name }, write()),
    async () => api.post('/v1/sources/test', { connector: 'toy', config: { url: EVIL }, credential: (await addShared([])).name }, write()),
  ],
  saveDraft: [async () => putDraft((await addSource()).id, { url: EVIL }, api.keys.write)],
  publishDraft: [
    async () => {
      const { id } = await addSource()
      expect((await putDraft(id, { url: EVIL }, api.keys.admin)).status).toBe(201)
      // An admin permitted that draft; once there are other secrets for the live address, that no longer counts.
      await api.patch(`/v1/sources/${id}`, { secrets }, { ...write(), headers: any })
      return api.post(`/v1/sources/${id}/draft/publish`, { force: true }, { ...write(), headers: any })
    },
  ],
  rollBack: [async () => api.post(`/v1/sources/${await addMoved()}/rollback`, { version: 1 }, { ...write(), headers: any })],
  planRegistry: null,
  createCredential: null,
  updateCredential: [
    async () => api.patch(`/v1/credentials/${(await addShared()).id}`, { targets: [HOME, EVIL] }, write()),
    async () => {
      const shared = await addShared()
      await addSource({ secrets: undefined, credential: shared.id })
      return api.patch(`/v1/credentials/${shared.id}`, { targets: [], secrets }, write())
    },
  ],
  // Its document is fetched without any secret.
  importSettings: null,
  // It accepts a record, whose address is never called.
  retryQuarantined: null,
  // Their secret signs and is never sent; see C18 for their addresses.
  createNotification: null,
  updateNotification: null,
  createSink: null,
  updateSink: null,
  // Their keys are for the addresses they are given with: a model's address cannot be changed, and another reranker needs its key again.
  createGeneration: null,
  updateGeneration: null,
  // They leave settings unchanged.
  deleteSource: null,
  deleteDraft: null,
  saveExample: null,
  deleteExample: null,
}
const DEFINES_SOURCES = /"(config|credential|targets|url|document|version)":/
const isConcerned = (id: EndpointId): boolean => {
  const { body, definesSources } = endpoints[id] as { body?: z.ZodType; definesSources?: boolean }
  const shape = body === undefined ? '' : JSON.stringify(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }))
  return definesSources === true || DEFINES_SOURCES.test(shape)
}
const ids = Object.keys(endpoints) as EndpointId[]
const attacks = ids.flatMap((id) => (ATTACKS[id] ?? []).map((attack, n) => [`${id} ${n + 1}`, attack] as const))

describe('stored secrets', () => {
  it('are protected in every endpoint that accepts settings or makes others live', () => {
    expect(ids.filter((id) => isConcerned(id) && ATTACKS[id] === undefined)).toEqual([])
  })

  it.each(attacks)('cannot be sent elsewhere by %s with a write key', async (_name, attack) => {
    const answer = await attack()
    expect(problemOf(answer)).toEqual([403, 'SECRET_TARGET_REFUSED'])
    expect(answer.text).not.toContain('canary')
    expect(answer.body.next).toMatch(/admin|target/)
  })

  it('cannot be sent elsewhere by a plan that has no secrets of its own', async () => {
    const { slug, name } = await addSource()
    expect((await plan(definition({ slug, name }))).body.items).toMatchObject([{ action: 'refused', failure: { reason: 'SECRET_TARGET_REFUSED' } }])
    const withThem = await plan(definition({ slug, name, secrets }))
    expect(withThem.body.items[0].changes.map(({ path }: { path: string }) => path)).toContain('secrets')
    const { name: credential } = await addShared()
    expect((await plan(definition({ credential }))).body.items).toMatchObject([{ action: 'refused', failure: { reason: 'SECRET_TARGET_REFUSED' } }])
  })

  it('can be sent elsewhere by a caller who gives them again, and are bound to that from then on', async () => {
    const { id } = await addSource()
    const moved = await api.patch(`/v1/sources/${id}`, { config: { url: EVIL }, secrets }, { ...write(), headers: any })
    expect(moved.status).toBe(200)
    const back = await api.patch(`/v1/sources/${id}`, { config: { url: HOME } }, { ...write(), headers: any })
    expect(problemOf(back)).toEqual([403, 'SECRET_TARGET_REFUSED'])
    expect(back.body).toMatchObject({ field: 'config.url' })
    expect(back.body.detail).toContain(HOME)
  })

  it('stay with settings that lead to the same place', async () => {
    const { id } = await addSource()
    for (const config of [{ url: `${HOME}/v2` }, { url: `${HOME}:443`, rows: 9 }, {}])
      expect((await api.patch(`/v1/sources/${id}`, { config }, { ...write(), headers: any })).status).toBe(200)
    expect(problemOf(await api.post(`/v1/sources/${id}/test`, {}, write()))).toEqual([504, 'CHECK_TIMEOUT'])
  })

  it('can be sent elsewhere by an admin, which is stored, shown and audited', async () => {
    const shared = await addShared()
    await addSource({ secrets: undefined, credential: shared.id })
    expect((await api.post('/v1/sources', newSource({ config: { url: EVIL }, credential: shared.id }))).status).toBe(201)
    const shown = await api.get(`/v1/credentials/${shared.id}`)
    expectContract(shown, 'getCredential')
    expect(shown.body.targets).toEqual(['https://evil.example', HOME])
    const { body } = await api.get('/v1/audit?limit=20')
    expect(body.items).toContainEqual(expect.objectContaining({ action: 'credential.allow_targets', targetId: shared.id }))
    expect((await addSource({ config: { url: `${EVIL}/2` }, secrets: undefined, credential: shared.id })).id).toBeDefined()
  })

  it('stored before targets were recorded are bound to where their sources send them', async () => {
    const shared = await addShared()
    const { id } = await addSource({ secrets: undefined, credential: shared.id })
    const own = await addSource()
    await api.database.pool.query('UPDATE credentials SET targets = NULL WHERE id = $1 OR source_id = $2', [shared.id, own.id])
    for (const source of [id, own.id]) {
      const change = (url: string) => api.patch(`/v1/sources/${source}`, { config: { url } }, { ...write(), headers: any })
      expect(problemOf(await change(EVIL))).toEqual([403, 'SECRET_TARGET_REFUSED'])
      expect((await change(`${HOME}/v2`)).status).toBe(200)
    }
    expect((await api.get(`/v1/credentials/${shared.id}`)).body.targets).toEqual([HOME])
  })

  it.each([['api.example'], ['ftp://api.example'], ['https://a:b@api.example'], ['']])('refuse %j as a target', async (target) => {
    const answer = await api.post('/v1/credentials', { name: names.next().value, connector: 'toy', secrets, targets: [target] }, write())
    expect(problemOf(answer)).toEqual([422, 'VALIDATION_FAILED'])
  })
})
