import { findWaitingCall } from '@inlet/db'
import { openSecrets } from '@inlet/security'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({ callTimeoutMs: 200 })
})
afterAll(() => api.close())

const names = (function* () {
  for (let n = 1; ; n += 1) yield `shared-${n}`
})()
const addCredential = async (changes: object = {}) => {
  const answer = await api.post('/v1/credentials', {
    name: names.next().value,
    connector: 'toy',
    secrets: { password: 'canary-secret-1' },
    ...changes,
  })
  expectContract(answer, 'createCredential')
  return answer.body
}
const addSource = async (changes: object = {}) => {
  const answer = await api.post('/v1/sources', newSource(changes))
  expectContract(answer, 'createSource')
  return answer.body
}
const sql = async <R extends object>(text: string, values: unknown[]) =>
  (await api.database.pool.query<R & Record<string, unknown>>(text, values)).rows

describe('shared credentials', () => {
  it('are stored sealed for their own place, and shown without their secrets', async () => {
    const { id, name, ...shown } = await addCredential()
    expect(shown).toMatchObject({ connector: 'toy', usedBy: 0, sources: [], secrets: { password: { set: true } } })
    const [row] = await sql<{ sealed: object }>('SELECT sealed FROM credentials WHERE id = $1', [id])
    expect(JSON.stringify(row)).not.toContain('canary')
    expect(openSecrets(api.keyring, { ownerId: id, version: 1 }, row?.sealed)).toEqual({ password: 'canary-secret-1' })
    for (const ref of [id, name]) {
      const found = await api.get(`/v1/credentials/${ref}`)
      expectContract(found, 'getCredential')
      expect(found.text).not.toContain('canary')
    }
    const list = await api.get('/v1/credentials?connector=toy')
    expectContract(list, 'listCredentials')
    expect(list.body.items).toContainEqual(expect.objectContaining({ id, usedBy: 0 }))
    expect(api.logLines.join('')).not.toContain('canary-secret-1')
  })

  it('are listed in pages, by name', async () => {
    for (let n = 0; n < 3; n += 1) await addCredential()
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await api.get(`/v1/credentials?limit=2${cursor}`)
      seen.push(...body.items.map((item: { name: string }) => item.name))
      if (body.nextCursor === null) break
      cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`
    }
    const [total] = await sql<{ n: number }>('SELECT count(*)::int AS n FROM credentials WHERE name IS NOT NULL', [])
    expect(seen).toEqual([...new Set(seen)].sort())
    expect(seen).toHaveLength(total?.n ?? 0)
  })

  it.each([
    ['a name with blanks', { name: 'My Key' }, 'VALIDATION_FAILED'],
    ['a name that looks like an id', { name: '0c7c9a52-6f0e-4d8e-9f40-0d8e0f4c1a11' }, 'VALIDATION_FAILED'],
    ['an unknown connector', { connector: 'nothing' }, 'UNKNOWN_CONNECTOR'],
    ['a secret the connector does not know', { secrets: { passwrd: 'canary-bad' } }, 'VALIDATION_FAILED'],
    ['a secret that is not valid', { secrets: { password: 'c' } }, 'VALIDATION_FAILED'],
    ['no secret at all', { secrets: {} }, 'VALIDATION_FAILED'],
  ])('refuse %s', async (_, changes, code) => {
    const answer = await api.post('/v1/credentials', { name: names.next().value, connector: 'toy', secrets: { password: 'canary-1' }, ...changes })
    expect(problemOf(answer)[1]).toBe(code)
    expect(answer.text).not.toContain('canary')
  })

  it('refuse a name that is taken, at creation and renaming', async () => {
    const [one, two] = [await addCredential(), await addCredential()]
    expect(problemOf(await api.post('/v1/credentials', { name: one.name, connector: 'toy', secrets: { password: 'abc' } }))).toEqual([
      409,
      'NAME_TAKEN',
    ])
    expect(problemOf(await api.patch(`/v1/credentials/${two.id}`, { name: one.name }))).toEqual([409, 'NAME_TAKEN'])
    const renamed = await api.patch(`/v1/credentials/${two.id}`, { name: `${two.name}-new` })
    expectContract(renamed, 'updateCredential')
    expect(renamed.body).toMatchObject({ name: `${two.name}-new`, secrets: two.secrets, repaired: [] })
  })

  it('require a key with the scope', async () => {
    const body = { name: names.next().value, connector: 'toy', secrets: { password: 'abc' } }
    expect(problemOf(await api.post('/v1/credentials', body, { key: api.keys.read }))).toEqual([403, 'FORBIDDEN'])
    expect(problemOf(await api.get('/v1/encryption', { key: api.keys.write }))).toEqual([403, 'FORBIDDEN'])
  })
})

describe('a source with a shared credential', () => {
  it('names it by id or name, shows it, and counts as its user until it is gone', async () => {
    const shared = await addCredential()
    const byName = await addSource({ credential: shared.name, config: { needsPassword: true } })
    const byId = await addSource({ credential: shared.id })
    expect(byName).toMatchObject({ credential: { id: shared.id, name: shared.name }, secrets: { password: { set: true } } })
    const used = (await api.get(`/v1/credentials/${shared.id}`)).body
    expect(used.usedBy).toBe(2)
    expect(new Set(used.sources.map(({ id }: { id: string }) => id))).toEqual(new Set([byName.id, byId.id]))
    expect(problemOf(await api.delete(`/v1/credentials/${shared.id}`))).toEqual([409, 'CREDENTIAL_IN_USE'])
    await api.delete(`/v1/sources/${byName.id}`)
    await api.delete(`/v1/sources/${byId.id}`)
    expect((await api.delete(`/v1/credentials/${shared.id}`)).status).toBe(204)
    expect(problemOf(await api.get(`/v1/credentials/${shared.id}`))).toEqual([404, 'NOT_FOUND'])
  })

  it.each([
    ['an unknown one', { credential: 'no-such' }],
    ['one beside secrets of its own', { credential: 'shared-1', secrets: { password: 'abc' } }],
    ['one of another connector', { credential: 'other-connector' }],
  ])('is refused with %s', async (_, changes) => {
    await api.database.pool.query(
      `INSERT INTO credentials (name, connector, sealed) VALUES ('other-connector', 'rss', '{"fields": {}}') ON CONFLICT DO NOTHING`,
    )
    const answer = await api.post('/v1/sources', newSource(changes))
    expect(problemOf(answer)).toEqual([422, 'VALIDATION_FAILED'])
    expect(answer.body.field).toBe('credential')
  })

  it('switches between a shared credential, its own and none', async () => {
    const [one, two] = [await addCredential(), await addCredential()]
    const { id } = await addSource({ secrets: { password: 'own' } })
    const credentials = () =>
      sql<{ own: number; used: string | null }>(
        `SELECT (SELECT count(*)::int FROM credentials WHERE source_id = s.id) AS own, credential_id AS used FROM sources s WHERE id = $1`,
        [id],
      )
    const change = async (body: object) => {
      const answer = await api.patch(`/v1/sources/${id}`, body, { headers: { 'if-match': '*' } })
      expectContract(answer, 'updateSource')
      return answer.body
    }
    expect((await change({ credential: null })).secrets).toMatchObject({ password: { set: true } })
    expect((await change({ credential: one.name })).credential).toEqual({ id: one.id, name: one.name })
    expect(await credentials()).toEqual([{ own: 0, used: one.id }])
    const same = await change({ credential: one.id })
    expect((await change({ credential: one.id })).revision).toBe(same.revision)
    expect((await change({ credential: two.id })).credential.id).toBe(two.id)
    expect((await change({ secrets: { password: 'own' } })).credential).toBeNull()
    expect(await credentials()).toEqual([{ own: 1, used: null }])
    await change({ credential: one.id })
    expect(await change({ credential: null })).toMatchObject({ credential: null, secrets: {} })
    const needed = await api.patch(`/v1/sources/${id}`, { config: { needsPassword: true } }, { headers: { 'if-match': '*' } })
    expect(problemOf(needed)).toEqual([422, 'VALIDATION_FAILED'])
  })

  it('is checked with it before it is saved, without decrypting it here', async () => {
    const shared = await addCredential()
    const created = api.post('/v1/sources?check=true', newSource({ credential: shared.id }))
    const call = await until(async () => {
      const rows = await sql<{ id: string }>('SELECT id FROM calls WHERE credential_id = $1', [shared.id])
      return rows[0] === undefined ? null : findWaitingCall(api.database, rows[0].id)
    })
    expect(call).toMatchObject({ credentialId: shared.id, sealedSecrets: null })
    expect(problemOf(await created)[1]).toBe('CHECK_TIMEOUT')
  })

  it('restarts when its credential is changed, if that was what stopped it', async () => {
    const shared = await addCredential()
    const broken = async (reason: string) => {
      const { id } = await addSource({ credential: shared.id })
      await sql(`UPDATE sources SET status = 'ERROR', status_reason = $2 WHERE id = $1`, [id, reason])
      return id as string
    }
    const [refused, unreadable, poison] = [await broken('AUTH_FAILED'), await broken('SECRET_UNREADABLE'), await broken('POISON_SOURCE')]
    const answer = await api.patch(`/v1/credentials/${shared.id}`, { secrets: { password: 'canary-secret-2' } })
    expectContract(answer, 'updateCredential')
    expect(new Set(answer.body.repaired)).toEqual(new Set([refused, unreadable]))
    const rows = await sql<{ id: string; status: string; runs: number }>(
      `SELECT id, status, (SELECT count(*)::int FROM runs WHERE source_id = s.id AND trigger = 'restart') AS runs FROM sources s WHERE credential_id = $1`,
      [shared.id],
    )
    expect(new Map(rows.map(({ id, status, runs }) => [id, [status, runs]]))).toEqual(
      new Map([
        [refused, ['ACTIVE', 1]],
        [unreadable, ['ACTIVE', 1]],
        [poison, ['ERROR', 0]],
      ]),
    )
    expect(answer.text + api.logLines.join('')).not.toContain('canary-secret-2')
  })

  it('refuses new secrets that would not fit one of its users', async () => {
    const shared = await addCredential()
    const { name } = await addSource({ credential: shared.id, config: { needsPassword: true } })
    const answer = await api.patch(`/v1/credentials/${shared.id}`, { secrets: { token: 'abc' } })
    expect(problemOf(answer)).toEqual([422, 'VALIDATION_FAILED'])
    expect(answer.body.detail).toContain(`the source "${name}" uses this credential: a password is needed`)
    expect((await api.get(`/v1/credentials/${shared.id}`)).body.updatedAt).toBe(shared.updatedAt)
  })
})
