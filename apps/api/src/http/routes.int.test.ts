import { type Endpoint, endpoints } from '@inlet/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const all = Object.entries<Endpoint>(endpoints)
const sample = (path: string): string => path.replace(':id', '00000000-0000-4000-8000-000000000000').replace(':type', 'toy')
const anonymous = { key: null }

describe('every route denies by default', () => {
  // One API per group: many failures from one address are refused with 429.
  it.each(all.filter(([, { scope }]) => scope !== 'public' && scope !== 'signature').map(([id, endpoint]) => [id, endpoint.method, endpoint.path]))(
    '%s needs a key',
    async (_id, method, path) => {
      const answer = await api.send(method.toUpperCase(), sample(path), anonymous)
      expect([401, 429]).toContain(answer.status)
      expect(answer.text).not.toContain('"items"')
    },
  )

  it('only these accept a signature instead of a key, which their handler alone verifies', async () => {
    const signed = all.filter(([, { scope }]) => scope === 'signature')
    expect(signed.map(([, { method, path }]) => `${method} ${path}`)).toEqual(['post /v1/hooks/:id', 'get /v1/hooks/:id'])
    for (const [, { method, path }] of signed)
      expect(problemOf(await api.send(method.toUpperCase(), sample(path), anonymous))).toEqual([404, 'NOT_FOUND'])
    const fresh = await startApi()
    for (const path of ['/v1/hooks', '/v1/hooks/', '/v1/hooks/a/b', '/v1/hooksx', '/v1/sources/a/hooks'])
      expect(problemOf(await fresh.get(path, anonymous))).toEqual([401, 'UNAUTHENTICATED'])
    await fresh.close()
  })

  it('and so do unknown addresses, and the board', async () => {
    const fresh = await startApi()
    for (const path of ['/v1', '/v1/nothing', '/admin/queues', '/admin/queues/api/queues', '/.env', '/docsx', '//docs'])
      expect(problemOf(await fresh.get(path, anonymous))).toEqual([401, 'UNAUTHENTICATED'])
    await fresh.close()
  })

  it('public endpoints reveal nothing about the data', async () => {
    for (const path of ['/', '/health', '/ready', '/openapi.json', '/docs', '/docs/start.js', '/docs/swagger-ui-bundle.js']) {
      const answer = await api.get(path, anonymous)
      expect(answer.status).toBe(200)
    }
  })

  it.each(all.filter(([, { scope }]) => scope === 'write' || scope === 'admin').map(([id, endpoint]) => [id, endpoint.method, endpoint.path]))(
    '%s refuses a key that may only read',
    async (_id, method, path) =>
      expect(problemOf(await api.send(method.toUpperCase(), sample(path), { key: api.keys.read }))).toEqual([403, 'FORBIDDEN']),
  )
  it('keys and the board refuse a write key', async () => {
    expect(problemOf(await api.get('/v1/keys', { key: api.keys.write }))).toEqual([403, 'FORBIDDEN'])
    expect(problemOf(await api.get('/admin/queues', { key: api.keys.write }))).toEqual([403, 'FORBIDDEN'])
  })
})

describe('addresses and methods', () => {
  it('404 for an unknown address, 405 with Allow for another method', async () => {
    expect(problemOf(await api.get('/v1/nothing'))).toEqual([404, 'NOT_FOUND'])
    const answer = await api.send('PUT', '/v1/sources')
    expect(problemOf(answer)).toEqual([405, 'METHOD_NOT_ALLOWED'])
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
    expect(problemOf(await api.send('DELETE', '/health'))).toEqual([405, 'METHOD_NOT_ALLOWED'])
  })

  it('headers: request id, no cache, a content policy without unsafe sources, no banner', async () => {
    const answer = await api.get('/v1/sources', { headers: { 'x-request-id': 'mine-1' } })
    expect(answer.headers.get('x-request-id')).toBe('mine-1')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-powered-by')).toBeNull()
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe')
    const odd = await api.get('/v1/sources', { headers: { 'x-request-id': 'a b"c' } })
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect((await api.get('/docs', anonymous)).text).not.toMatch(/<script>|style=/)
  })
})
