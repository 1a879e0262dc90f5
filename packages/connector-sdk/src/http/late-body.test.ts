import { deflateSync, gzipSync } from 'node:zlib'
import { until } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpFixture, failureOf } from '../testing/http/http-fixture.js'
import type { ClosableHttpClient } from './create-http-client.js'
import type { HttpResponse } from './http-client.js'

const JSON_TEXT = '{"a":1}'
const ANSWERS = {
  whole: { body: Buffer.from(JSON_TEXT), headers: {}, complete: true },
  slow: { body: Buffer.from('{"a":'), headers: {}, complete: false },
  'cut short': { body: Buffer.from('{"a":'), headers: { 'content-length': '7' }, complete: false },
  gzip: { body: gzipSync(JSON_TEXT), headers: { 'content-encoding': 'gzip' }, complete: true },
  'slow gzip': { body: gzipSync(JSON_TEXT).subarray(0, 12), headers: { 'content-encoding': 'gzip' }, complete: false },
  deflate: { body: deflateSync(JSON_TEXT), headers: { 'content-encoding': 'deflate' }, complete: true },
  large: { body: Buffer.alloc(1_000_000, '1'), headers: {}, complete: true },
}
const READERS: Readonly<Record<string, (answer: HttpResponse) => Promise<unknown>>> = {
  json: (answer) => answer.json(),
  text: (answer) => answer.text(),
  bytes: (answer) => answer.bytes(),
  body: async (answer) => {
    const chunks: Buffer[] = []
    for await (const chunk of answer.body) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  },
}

/** Runs everything queued on the event loop, and whatever follows from it. */
const ticks = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
}

describe.each(['axios', 'node'] as const)('a body that is asked for late, over %s', (transport) => {
  const { open, serve, close } = createHttpFixture(transport)
  afterEach(close)

  const ENDS: Readonly<Record<string, (url: string, client: ClosableHttpClient) => Promise<HttpResponse>>> = {
    TIMEOUT: async (url, client) => {
      const answer = await client.request({ url, timeoutMs: 200 })
      // Timers fire in order, so this one fires after the deadline.
      await new Promise((resolve) => setTimeout(resolve, 250))
      return answer
    },
    CANCELLED: async (url, client) => {
      const caller = new AbortController()
      const answer = await client.request({ url, signal: caller.signal })
      caller.abort()
      return answer
    },
    'CANCELLED by closing': async (url, client) => {
      const answer = await client.request({ url })
      client.close()
      return answer
    },
  }

  describe.each(Object.entries(ENDS))('%s', (reason, begin) => {
    it.each(Object.entries(ANSWERS))(
      'fails for a body that is %s, whichever reader is used and however often',
      async (_name, { body, headers, complete }) => {
        const { url } = await serve((_request, response) => {
          response.writeHead(200, headers)
          if (complete) response.end(body)
          else response.write(body)
        })
        const failures = await Promise.all(
          Object.values(READERS).map(async (reader) => {
            const read = async (): Promise<unknown> => {
              const answer = await begin(url, open())
              await ticks()
              return reader(answer)
            }
            return (await failureOf(read())).reason
          }),
        )
        expect(failures).toEqual(failures.map(() => reason.split(' ')[0]))
      },
    )
  })

  it('fails while the body is being read, too', async () => {
    const { url, seen } = await serve((_request, response) => void response.writeHead(200).write('{"a":'))
    for (const reader of Object.values(READERS)) {
      const before = seen.length
      const caller = new AbortController()
      const answer = await open().request({ url, signal: caller.signal })
      const reading = failureOf(reader(answer))
      await until(() => seen.length > before)
      caller.abort()
      expect((await reading).reason).toBe('CANCELLED')
    }
  })

  it('ends when the connection broke before anyone read', async () => {
    const { url, sockets } = await serve((_request, response) => void response.writeHead(200, { 'content-length': '10' }).write('x'))
    for (const reader of Object.values(READERS)) {
      const answer = await open().request({ url })
      for (const socket of sockets) socket.destroy()
      await until(() => [...sockets].every((socket) => socket.destroyed))
      await ticks()
      expect((await failureOf(reader(answer))).reason).toBe('CONNECTION_LOST')
    }
  })

  it('keeps nothing of an answer that nobody reads', async () => {
    const { url, sockets } = await serve((_request, response) => void response.writeHead(200).write('x'))
    await open().request({ url, timeoutMs: 300 })
    expect(await until(() => [...sockets].every((socket) => socket.destroyed), { what: 'the connection to be closed' })).toBe(true)
  })
})
