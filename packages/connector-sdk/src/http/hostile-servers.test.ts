import type { Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { until } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpFixture, end, failureOf } from '../testing/http/http-fixture.js'

describe.each(['axios', 'node'] as const)('a hostile or broken server over %s', (transport) => {
  const { open, serve, serveRaw, close } = createHttpFixture(transport)
  afterEach(close)

  describe('a hostile or broken server', () => {
    it.each([
      ['gzip', gzipSync(Buffer.alloc(20_000_000))],
      ['br', brotliCompressSync(Buffer.alloc(20_000_000))],
      ['deflate', deflateSync(Buffer.alloc(20_000_000))],
      ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(20_000_000)))],
    ])('cannot make us expand a %s bomb', async (coding, bomb) => {
      const { url } = await serve(end(bomb, { 'content-encoding': coding }))
      const client = open()
      const answer = await client.request({ url, maxBytes: 1_000_000 })
      expect((await failureOf(answer.bytes())).reason).toBe('RESPONSE_TOO_LARGE')
      const streamed = await client.request({ url, maxBytes: 1_000_000 })
      expect((await failureOf(streamed.body.toArray())).reason).toBe('RESPONSE_TOO_LARGE')
    })
    it('cannot send forever', async () => {
      const { url } = await serve((_request, response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(10_000)));
        }
        response.on('drain', more)
        more()
      })
      const answer = await open().request({ url, maxBytes: 500_000 })
      expect((await failureOf(answer.text())).reason).toBe('RESPONSE_TOO_LARGE')
    })
    it('is believed when it announces too much', async () => {
      const { url } = await serve((_request, response) => void response.writeHead(200, { 'content-length': '999999999' }).write('x'))
      expect((await failureOf(open().request({ url }))).reason).toBe('RESPONSE_TOO_LARGE')
    })
    it('cannot hold us up with a slow body, streamed or whole', async () => {
      const { url, seen } = await serve((_request, response) => {
        response.writeHead(200, { 'content-length': '1000' })
        const timer = setInterval(() => response.write('x'), 5)
        response.on('close', () => clearInterval(timer))
      })
      const client = open()
      // Long enough for the headers to arrive, also on a busy machine.
      expect((await failureOf((await client.request({ url, timeoutMs: 1_000 })).text())).reason).toBe('TIMEOUT')
      expect((await failureOf((await client.request({ url, timeoutMs: 1_000 })).body.toArray())).reason).toBe('TIMEOUT')
      await until(() => seen.every((request) => request.destroyed && request.socket.destroyed), { what: 'sockets to be gone' })
    })
    it('cannot hold us up before the headers', async () => {
      const { url } = await serve(() => undefined)
      expect((await failureOf(open().request({ url, timeoutMs: 50 }))).reason).toBe('TIMEOUT')
    })
    it.each([
      ['a Content-Length it does not keep', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort', 'CONNECTION_LOST'],
      ['chunks without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n', 'CONNECTION_LOST'],
      ['half a gzip body', gzipResponse(gzipSync('content '.repeat(1000)).subarray(0, 40)), 'CONNECTION_LOST'],
      ['a gzip body that is none', gzipResponse(Buffer.from('this is not gzip at all')), 'UPSTREAM_INVALID'],
    ])('is caught with %s', async (_what, bytes, reason) => {
      const { url } = await serveRaw((socket) => socket.end(bytes))
      const client = open()
      expect((await failureOf((await client.request({ url })).text())).reason).toBe(reason)
      expect((await failureOf((await client.request({ url })).body.toArray())).reason).toBe(reason)
    })
    it.each([
      ['silence', '', 'CONNECTION_LOST'],
      ['something else than HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'UPSTREAM_INVALID'],
      ['a header of 100 KB', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, 'UPSTREAM_INVALID'],
      ['an unknown coding', 'HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 1\r\n\r\nx', 'UPSTREAM_INVALID'],
      ['five codings', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip,gzip,gzip,gzip,gzip\r\nContent-Length: 1\r\n\r\nx', 'UPSTREAM_INVALID'],
    ])('is caught with %s', async (_what, bytes, reason) => {
      const { url } = await serveRaw((socket) => socket.end(bytes))
      expect((await failureOf(open().request({ url }))).reason).toBe(reason)
    })
    it('that is not there is unreachable', async () => {
      const server = await serve(end('x'))
      await server.close()
      expect((await failureOf(open().request({ url: server.url }))).reason).toBe('UNREACHABLE')
    })
    it('without TLS fails as TLS', async () => {
      const { url } = await serve(end('x'))
      expect((await failureOf(open().request({ url: url.replace('http:', 'https:') }))).reason).toBe('TLS_FAILED')
    })
    it('that closes idle connections costs a GET nothing', async () => {
      let idle: Socket | undefined
      const { url, seen } = await serve((request, response) => {
        const known = idle === request.socket
        idle = request.socket
        if (known) request.socket.destroy()
        else response.end('x')
      })
      const client = open()
      expect(await (await client.request({ url })).text()).toBe('x')
      expect(await (await client.request({ url })).text()).toBe('x')
      expect(seen).toHaveLength(3)
      expect((await failureOf(client.request({ url, method: 'POST', body: 'x' }))).reason).toBe('CONNECTION_LOST')
      expect(seen).toHaveLength(4)
    })
    it('with an HTML page for JSON is distinguished, and the page is not repeated', async () => {
      const { url } = await serve(end('<html>log in, hunter2</html>', { 'content-type': 'text/html' }))
      const failure = await failureOf((await open().request({ url: `${url}/x?token=s3` })).json())
      expect(failure.reason).toBe('CONTENT_MISMATCH')
      expect(failure.message).toMatch(/^(?!.*(hunter2|s3)).*text\/html.*$/)
    })
  })
})

function gzipResponse(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`), body])
}
