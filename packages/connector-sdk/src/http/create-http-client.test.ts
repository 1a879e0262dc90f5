import { inspect } from 'node:util'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpFixture, end, failureOf, redirectTo } from '../testing/http/http-fixture.js'
import type { HttpEvent } from './exchange/observe-exchange.js'

describe.each(['axios', 'node'] as const)('the HTTP client over %s', (transport) => {
  const { open, serve, close } = createHttpFixture(transport)
  afterEach(close)

  describe('requests and responses', () => {
    it('reads text, bytes, JSON and the stream', async () => {
      const { url } = await serve(end('{"a":[1,9007199254740993]}', { 'x-one': 'b', 'Content-Type': 'application/json' }))
      const client = open()
      expect(await (await client.request({ url })).text()).toBe('{"a":[1,9007199254740993]}')
      expect(await (await client.request({ url })).json()).toEqual({ a: [1, 9007199254740993n] })
      expect((await (await client.request({ url })).bytes()).length).toBe(26)
      const chunks = await (await client.request({ url })).body.toArray()
      expect(Buffer.concat(chunks).toString()).toContain('"a"')
      const answer = await client.request({ url })
      expect(answer).toMatchObject({ status: 200, url: `${url}/`, headers: { 'x-one': 'b', 'content-type': 'application/json' } })
      answer.discard()
    })
    it('refuses to read a body twice', async () => {
      const { url } = await serve(end('x'))
      const answer = await open().request({ url })
      await answer.text()
      expect((await failureOf(answer.text())).reason).toBe('INTERNAL')
    })
    it('sends headers, JSON, text and bytes', async () => {
      const { url } = await serve((request, response) => {
        request.setEncoding('utf8')
        let body = ''
        request
          .on('data', (chunk) => (body += chunk))
          .on('end', () => response.end(JSON.stringify({ ...request.headers, method: request.method, body })))
      })
      const client = open({ userAgent: 'inlet/1' })
      const sent = async (request: object) => (await (await client.request({ url, ...request })).json()) as Record<string, string>
      expect(await sent({ headers: { 'X-Key': 'k' } })).toMatchObject({
        'x-key': 'k',
        'user-agent': 'inlet/1',
        'accept-encoding': 'gzip, deflate, br',
        method: 'GET',
        body: '',
      })
      expect(await sent({ method: 'POST', body: { a: 'ü' } })).toMatchObject({
        'content-type': 'application/json',
        body: '{"a":"ü"}',
        'content-length': '10',
      })
      expect(await sent({ method: 'PUT', body: 'hi', headers: { 'content-type': 'text/csv' } })).toMatchObject({
        'content-type': 'text/csv',
        body: 'hi',
        method: 'PUT',
      })
      expect(await sent({ method: 'POST', body: new TextEncoder().encode('raw') })).toMatchObject({ body: 'raw' })
      expect(await sent({ headers: { 'User-Agent': 'own', accept: 'text/html' } })).toMatchObject({ 'user-agent': 'own', accept: 'text/html' })
    })
    it.each([200, 301, 404, 429, 500, 503])('resolves with status %i', async (status) => {
      const { url } = await serve(end('x', {}, status))
      expect((await open().request({ url })).status).toBe(status)
    })
    it('reads nothing after HEAD, 204 and 304, even if they claim to be compressed', async () => {
      const { url } = await serve((request, response) => {
        response.writeHead(request.method === 'HEAD' ? 200 : Number(request.url?.slice(1)), { 'content-encoding': 'gzip', etag: '"1"' }).end()
      })
      const client = open()
      expect(await (await client.request({ url, method: 'HEAD' })).text()).toBe('')
      expect(await (await client.request({ url: `${url}/204` })).text()).toBe('')
      expect(await (await client.request({ url: `${url}/304` })).bytes()).toHaveLength(0)
    })
    it.each([
      ['gzip', gzipSync],
      ['x-gzip', gzipSync],
      ['br', brotliCompressSync],
      ['deflate', deflateSync],
      ['deflate', deflateRawSync],
      ['gzip, gzip', (body: string) => gzipSync(gzipSync(body))],
      ['identity', (body: string) => Buffer.from(body)],
      ['UTF-8', (body: string) => Buffer.from(body)],
      ['none', (body: string) => Buffer.from(body)],
      ['utf-8, gzip', gzipSync],
    ])('decompresses %s', async (coding, compress) => {
      const text = 'content '.repeat(10_000)
      const { url } = await serve(end(compress(text), { 'content-encoding': coding }))
      const client = open()
      expect(await (await client.request({ url })).text()).toBe(text)
      expect(Buffer.concat(await (await client.request({ url })).body.toArray()).toString()).toBe(text)
    })
    it('decodes the charset that the server names and drops a byte order mark', async () => {
      const latin = await serve(end(Buffer.from([0xfc]), { 'content-type': 'text/plain; charset=ISO-8859-1' }))
      const marked = await serve(end(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])))
      const client = open()
      expect(await (await client.request({ url: latin.url })).text()).toBe('ü')
      expect(await (await client.request({ url: marked.url })).json()).toEqual({})
    })
    it('reuses a connection', async () => {
      const { url, sockets } = await serve(end('x'))
      const client = open()
      for (let i = 0; i < 5; i++) await (await client.request({ url })).text()
      ;(await client.request({ url })).discard()
      expect(sockets.size).toBe(1)
    })
    it('reports what it does, without path and query', async () => {
      const { url } = await serve((request, response) => (request.url === '/a?token=s3' ? redirectTo(response, '/b') : response.end('x')))
      const events: HttpEvent[] = []
      await (await open({ onRequest: (event) => events.push(event) }).request({ url: `${url}/a?token=s3` })).text()
      expect(events.map((event) => event.status)).toEqual([302, 200])
      expect(JSON.stringify(events)).not.toContain('s3')
    })
  })

  describe('our own mistakes', () => {
    it.each([
      { 'x-a': 'b\r\nx-c: d' },
      { 'x a': 'b' },
      { 'x-a': 'b\u0000' },
      { 'x-a': 'snow ☃' },
      { 'Transfer-Encoding': 'chunked' },
      { 'content-length': '3' },
    ])('does not send %j', async (headers) => {
      const { url, seen } = await serve(end('x'))
      expect((await failureOf(open().request({ url, headers: { ...headers } }))).reason).toBe('VALIDATION_FAILED')
      expect(seen).toHaveLength(0)
    })
  })

  it('keeps the request, and with it every credential, out of its failures', async () => {
    const { url } = await serve((request) => request.socket.destroy())
    const failure = await failureOf(
      open().request({ url: `${url}/?key=hunter2`, method: 'POST', headers: { authorization: 'hunter2' }, body: 'hunter2' }),
    )
    expect(inspect(failure, { depth: 30, showHidden: true })).not.toContain('hunter2')
  })
})
