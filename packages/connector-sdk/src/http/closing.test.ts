import { until } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { createEgressGuard } from '../net/create-egress-guard.js'
import { createHttpFixture, failureOf } from '../testing/http/http-fixture.js'
import { createHttpClient } from './create-http-client.js'

describe.each(['axios', 'node'] as const)('ending over %s', (transport) => {
  const { open, serve, close } = createHttpFixture(transport)
  afterEach(close)

  describe('the end', () => {
    it('stops at once when cancelled: before, while waiting, and within the body', async () => {
      const { url, seen } = await serve((request, response) => {
        if (request.url === '/body') response.writeHead(200, { 'content-length': '10' }).write('x')
      })
      const client = open()
      expect((await failureOf(client.request({ url, signal: AbortSignal.abort() }))).reason).toBe('CANCELLED')
      const waiting = new AbortController()
      const pending = client.request({ url, signal: waiting.signal })
      await until(() => seen.length === 1)
      waiting.abort()
      expect((await failureOf(pending)).reason).toBe('CANCELLED')
      const reading = new AbortController()
      const answer = await client.request({ url: `${url}/body`, signal: reading.signal })
      const text = answer.text()
      reading.abort()
      expect((await failureOf(text)).reason).toBe('CANCELLED')
      await until(() => seen.every((request) => request.socket.destroyed))
    })
    it('leaves no socket behind when closed', async () => {
      const { url, sockets, seen } = await serve((request, response) => (request.url === '/slow' ? undefined : void response.end('x')))
      const client = createHttpClient({ guard: createEgressGuard({ allow: ['localhost'] }), transport })
      await (await client.request({ url })).text()
      const slow = client.request({ url: `${url}/slow` })
      await until(() => seen.length === 2)
      await client[Symbol.asyncDispose]()
      expect((await failureOf(slow)).reason).toBe('CANCELLED')
      await until(() => [...sockets].every((socket) => socket.destroyed), { what: 'no connection' })
      expect((await failureOf(client.request({ url }))).reason).toBe('CANCELLED')
    })
  })
})
