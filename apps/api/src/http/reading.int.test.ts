import net from 'node:net'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newSource, startApi, type TestApi } from '../../testing/start-api.js'

const ORIGIN = 'https://app.example.com'
let api: TestApi
let id: string
beforeAll(async () => {
  api = await startApi({ config: { INLET_CORS_ORIGINS: [ORIGIN] } })
  id = (await api.post('/v1/sources', newSource())).body.id
})
afterAll(() => api.close())

const rawGet = async (path: string, headers: string): Promise<Buffer> => {
  const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
  const pieces: Buffer[] = []
  socket.on('data', (data) => pieces.push(data))
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.keys.admin}\r\nconnection: close\r\n${headers}\r\n`)
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(pieces)
}

describe('reads', () => {
  it.each(['/v1/sources', '/v1/connectors', '/openapi.json', '/v1/keys', '/v1/events'])('%s: 304 for who has it already', async (path) => {
    const first = await api.get(path)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await api.get(path, { headers: { 'if-none-match': header } })
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
    }
    expect((await api.get(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  it('a source: its ETag also works for If-Match, and changes with everything that is shown', async () => {
    const first = await api.get(`/v1/sources/${id}`)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"r1-[\w-]{22}"$/)
    await api.post(`/v1/sources/${id}/pause`, {})
    expect((await api.get(`/v1/sources/${id}`, { headers: { 'if-none-match': etag } })).status).toBe(200)
    const now = (await api.get(`/v1/sources/${id}`)).headers.get('etag') ?? ''
    expect((await api.patch(`/v1/sources/${id}`, { labels: { a: 'b' } }, { headers: { 'if-match': now } })).status).toBe(200)
    expect((await api.patch(`/v1/sources/${id}`, { labels: {} }, { headers: { 'if-match': now } })).status).toBe(412)
  })

  it('never responds 304 for what does not exist or is refused', async () => {
    expect((await api.get('/v1/sources/nobody', { headers: { 'if-none-match': '*' } })).status).toBe(404)
    expect((await api.get('/v1/sources', { key: null, headers: { 'if-none-match': '*' } })).status).toBe(401)
  })
})

describe('compression', () => {
  it('is used for large responses to clients that accept it', async () => {
    const plain = (await api.get('/openapi.json')).text
    const answer = await rawGet('/openapi.json', 'accept-encoding: gzip\r\n')
    const head = answer.subarray(0, answer.indexOf('\r\n\r\n')).toString().toLowerCase()
    expect(head).toContain('content-encoding: gzip')
    expect(head).toContain('vary: ')
    expect(answer.length).toBeLessThan(plain.length / 4)
    const whole = await api.get('/openapi.json')
    expect(whole.text).toBe(plain)
    expect((await rawGet('/openapi.json', '')).toString().toLowerCase()).not.toContain('content-encoding')
    expect((await rawGet('/health', 'accept-encoding: gzip\r\n')).toString().toLowerCase()).not.toContain('content-encoding')
  })

  it('never delays events', async () => {
    const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
    let seen = ''
    socket.on('data', (data) => {
      seen += data.toString()
    })
    socket.write(
      `GET /v1/events/stream HTTP/1.1\r\nhost: x\r\naccept-encoding: gzip\r\nlast-event-id: 0\r\nauthorization: Bearer ${api.keys.read}\r\n\r\n`,
    )
    await until(() => seen.includes('event: '))
    expect(seen.toLowerCase()).not.toContain('content-encoding')
    socket.destroy()
  })
})

describe('pages of other origins', () => {
  const preflight = (origin: string, path = '/v1/sources') =>
    api.send('OPTIONS', path, {
      key: null,
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' },
    })

  it('may call when their origin is listed, without cookies', async () => {
    const asked = await preflight(ORIGIN)
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, ORIGIN])
    expect(asked.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization')
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
    for (const key of [api.keys.read, null]) {
      const answer = await api.get('/v1/sources', { key, headers: { origin: ORIGIN } })
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN)
      expect(answer.headers.get('access-control-expose-headers')).toContain('ETag')
      expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin')
    }
  })

  it.each(['https://evil.example.com', `${ORIGIN}.evil.com`, 'http://app.example.com', 'https://app.example.com:8443', 'null'])(
    'may not when it is %s',
    async (origin) => {
      for (const answer of [await preflight(origin), await api.get('/v1/sources', { headers: { origin } })])
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    },
  )
})
