import { endpoints } from '@inlet/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, expectContract, newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const cookieOf = (answer: Answer): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
const signIn = async (body: object) => {
  const answer = await api.post('/v1/sign-in', body, { key: null })
  expectContract(answer, 'createSession')
  return { answer, cookie: cookieOf(answer), csrf: answer.body.csrfToken as string }
}
const by = (cookie: string, csrf?: string) => ({ key: null, headers: { cookie, ...(csrf !== undefined && { 'x-inlet-csrf': csrf }) } })

describe('signing in', () => {
  it('turns a key into a cookie that scripts cannot read, with the rights of the key and no others', async () => {
    const { answer, cookie, csrf } = await signIn({ key: api.keys.write })
    expect(answer.headers.get('set-cookie')).toMatch(/^inlet_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/u)
    const shown = await api.get('/v1/session', by(cookie))
    expectContract(shown, 'getSession')
    expect(shown.body).toMatchObject({ scopes: ['write'], csrfToken: csrf, actor: { name: 'write' } })
    expect(shown.body.may).toContain('createSource')
    expect(shown.body.may).not.toContain('createKey')
    expect(shown.body.needs).toMatchObject({ createKey: 'admin', listAudit: 'admin' })
    expect(Object.keys(shown.body.needs).filter((operation) => shown.body.may.includes(operation))).toEqual([])
    expect(problemOf(await api.get('/v1/keys', by(cookie)))).toEqual([403, 'FORBIDDEN'])
    expect(Object.keys(endpoints)).toEqual(expect.arrayContaining(shown.body.may))
  })

  it('lets a session change things only with its token, which other sites cannot know', async () => {
    const { cookie, csrf } = await signIn({ key: api.keys.write })
    const other = await signIn({ key: api.keys.write })
    for (const token of [undefined, '', 'x', other.csrf])
      expect(problemOf(await api.post('/v1/sources', newSource(), by(cookie, token)))).toEqual([403, 'FORBIDDEN'])
    expect((await api.post('/v1/sources', newSource(), by(cookie, csrf))).status).toBe(201)
    const { rows } = await api.database.pool.query(`SELECT actor FROM audit WHERE action = 'source.create' ORDER BY id DESC LIMIT 1`)
    expect(rows).toEqual([{ actor: expect.stringMatching(/^key:/u) }])
  })

  it('ends on signing out, when the key is revoked, and on expiry', async () => {
    const { cookie, csrf } = await signIn({ key: api.keys.read })
    const out = await api.delete('/v1/session', by(cookie, csrf))
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
    expect((await api.get('/v1/session', by(cookie))).status).toBe(401)
    const { id, key } = await api.addKey(['read'])
    const revoked = await signIn({ key })
    await api.delete(`/v1/keys/${id}`)
    expect((await api.get('/v1/session', by(revoked.cookie))).status).toBe(401)
    const late = await signIn({ key: api.keys.read })
    await api.database.pool.query(`UPDATE sessions SET expires_at = now()`)
    expect((await api.get('/v1/session', by(late.cookie))).status).toBe(401)
  })

  it('works once with a link, which is not stored in the database', async () => {
    const made = await api.post('/v1/session/link')
    expectContract(made, 'createSessionLink')
    const link = /^\/#link=(.+)$/u.exec(made.body.path)?.[1] ?? ''
    const all = await Promise.all(Array.from({ length: 5 }, () => api.post('/v1/sign-in', { link }, { key: null })))
    expect(all.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 401, 401, 401, 401])
    const stored = await api.database.pool.query('SELECT * FROM sessions')
    expect(JSON.stringify(stored.rows)).not.toContain(link)
    expect(problemOf(await api.post('/v1/session/link', {}, { key: api.keys.write }))).toEqual([403, 'FORBIDDEN'])
  })

  it('refuses invalid keys, and slows down guessing', async () => {
    expect(problemOf(await api.post('/v1/sign-in', { key: 'nonsense' }, { key: null }))).toEqual([401, 'UNAUTHENTICATED'])
    expect(problemOf(await api.post('/v1/sign-in', {}, { key: null }))).toEqual([422, 'VALIDATION_FAILED'])
    const statuses = []
    for (let n = 0; n < 12; n += 1) statuses.push((await api.post('/v1/sign-in', { key: `guess ${n}` }, { key: null })).status)
    expect(statuses).toContain(429)
  })

  it('reports what a key may do, too', async () => {
    expect((await api.get('/v1/session', { key: api.keys.read })).body).toMatchObject({ scopes: ['read'], csrfToken: null, expiresAt: null })
  })
})
