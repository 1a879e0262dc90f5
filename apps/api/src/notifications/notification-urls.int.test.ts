import { openSecrets, sealSecrets } from '@inlet/security'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const TOKEN = 'canary-b41c'
const URL = `https://hooks.example.com/services/${TOKEN}?key=${TOKEN}`
const names = (function* () {
  for (let n = 1; ; n += 1) yield `target-${n}`
})()
const add = async () => {
  const answer = await api.post('/v1/notifications', { name: names.next().value, url: URL }, { key: api.keys.write })
  expectContract(answer, 'createNotification')
  return answer
}
const rowOf = async (id: string) =>
  (
    await api.database.pool.query<{ sealed: unknown; version: number; url: string }>(
      'SELECT sealed, version, url FROM notification_targets WHERE id = $1',
      [id],
    )
  ).rows[0]
const openedOf = async (id: string) => {
  const row = await rowOf(id)
  return openSecrets(api.keyring, { ownerId: id, version: row?.version ?? 0 }, row?.sealed)
}

describe('the address of a notification target', () => {
  it('is sealed, and shown masked in responses, lists, rows, audit and log', async () => {
    const made = await add()
    expect(made.body.url).toBe('https://hooks.example.com/…')
    expect(await openedOf(made.body.id)).toMatchObject({ url: URL, secret: made.body.secret })
    const answers = [made, await api.get('/v1/notifications'), await api.get(`/v1/notifications/${made.body.id}`), await api.get('/v1/audit')]
    const { rows } = await api.database.pool.query('SELECT t::text FROM notification_targets t UNION ALL SELECT a::text FROM audit a')
    for (const text of [...answers.map((answer) => answer.text), JSON.stringify(rows), api.logLines.join('')]) expect(text).not.toContain(TOKEN)
  })

  it('can change without the secret within its origin, and with it elsewhere', async () => {
    const { body } = await add()
    const patch = (change: object, key = api.keys.write) => api.patch(`/v1/notifications/${body.id}`, change, { key })
    const inside = await patch({ url: 'https://hooks.example.com/other' })
    expectContract(inside, 'updateNotification')
    expect(inside.body).toMatchObject({ url: 'https://hooks.example.com/…', previousSecretUntil: null })
    expect(await openedOf(body.id)).toEqual({ url: 'https://hooks.example.com/other', secret: body.secret })
    expect(problemOf(await patch({ url: 'https://evil.example/x' }))).toEqual([403, 'SECRET_TARGET_REFUSED'])
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    expect((await patch({ url: 'https://next.example/x', secret })).body.previousSecretUntil).not.toBeNull()
    expect(await openedOf(body.id)).toEqual({ url: 'https://next.example/x', secret, previous: body.secret })
    expect((await patch({ url: 'https://admin.example/x' }, api.keys.admin)).status).toBe(200)
    expect(await openedOf(body.id)).toEqual({ url: 'https://admin.example/x', secret, previous: body.secret })
  })

  it('stays unchanged with other changes, and with a new secret', async () => {
    const { body } = await add()
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    expect((await api.patch(`/v1/notifications/${body.id}`, { active: false })).body.url).toBe('https://hooks.example.com/…')
    await api.patch(`/v1/notifications/${body.id}`, { secret })
    expect(await openedOf(body.id)).toEqual({ url: URL, secret, previous: body.secret })
  })

  it('stored before addresses were sealed is masked too, and kept with a new secret', async () => {
    const { body } = await add()
    const sealed = sealSecrets(api.keyring, { ownerId: body.id, version: 1 }, { secret: body.secret })
    await api.database.pool.query('UPDATE notification_targets SET sealed = $2, url = $3 WHERE id = $1', [body.id, JSON.stringify(sealed), URL])
    expect((await api.get(`/v1/notifications/${body.id}`)).text).not.toContain(TOKEN)
    const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
    await api.patch(`/v1/notifications/${body.id}`, { secret })
    expect(await openedOf(body.id)).toMatchObject({ url: URL, secret })
    expect((await rowOf(body.id))?.url).toBe('https://hooks.example.com/…')
  })
})
