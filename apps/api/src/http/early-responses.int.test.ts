import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import net from 'node:net'
import { promisify } from 'node:util'
import { problem } from '@inlet/contract'
import { until } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

const run = promisify(execFile)
const hasPython = await run('python3', ['-c', 'import http.client, urllib.request']).then(
  () => true,
  () => false,
)

let api: TestApi
// One per test: many failures from one address are refused with 429.
beforeEach(async () => {
  api = await startApi()
})
afterEach(() => api.close())

interface Refused {
  readonly title: string
  readonly path: string
  readonly status: number
  readonly key?: string | null
  readonly type?: string
}
const json = 'application/json'
const MB = 1_048_576

/** Requests that are answered before their body has been read. */
const refused = (): readonly Refused[] => [
  { title: 'no key', path: '/v1/sources', status: 401, key: null },
  { title: 'a key that may only read', path: '/v1/sources', status: 403, key: api.keys.read },
  { title: 'an unknown address', path: '/v1/nothing', status: 404 },
  { title: 'an unknown source', path: `/v1/sources/${randomUUID()}/stop`, status: 404 },
  { title: 'a hook of nobody', path: '/v1/hooks/nobody', status: 404, key: null },
  { title: 'too much JSON', path: '/v1/sources', status: 413 },
  { title: 'a body that is no JSON', path: '/v1/sources', status: 415, type: 'text/plain' },
  { title: 'a query that is wrong', path: '/v1/sources?check=maybe', status: 422 },
]

const headersOf = ({ key, type }: Refused): Record<string, string> => ({
  'content-type': type ?? json,
  ...(key === null ? {} : { authorization: `Bearer ${key ?? api.keys.admin}` }),
})

/** Writes like most clients: everything before it reads anything. */
const writeThenRead = async (request: Refused, bytes: number, how: 'length' | 'chunked' | 'close'): Promise<string> => {
  const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
  const pieces: Buffer[] = []
  const failed: Error[] = []
  socket.pause()
  socket.on('error', (error) => failed.push(error))
  const head = [
    `POST ${request.path} HTTP/1.1`,
    'host: x',
    ...Object.entries(headersOf(request)).map((header) => header.join(': ')),
    how === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${bytes}`,
    ...(how === 'close' ? ['connection: close'] : []),
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  const piece = Buffer.alloc(65_536, 0x20)
  for (let sent = 0; sent < bytes && failed.length === 0; sent += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, bytes - sent))
    const written = how === 'chunked' ? Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]) : part
    if (!socket.write(written)) await until(() => socket.writableLength === 0 || failed.length > 0, { everyMs: 1 })
  }
  if (how === 'chunked') socket.write('0\r\n\r\n')
  socket.on('data', (data) => pieces.push(data)).resume()
  const answer = (): string => Buffer.concat(pieces).toString()
  await until(() => failed.length > 0 || /\r\n\r\n\{.*\}$/s.test(answer()))
  socket.destroy()
  return failed[0]?.message ?? answer()
}

describe('a response before the body was read', () => {
  it.each([1, 5, 50])('reaches a client that writes all of %i MB first, whatever was wrong', async (megabytes) => {
    for (const request of refused().filter(({ status }) => status !== 413 || megabytes > 2))
      for (const how of ['length', 'chunked', 'close'] as const) {
        const answer = await writeThenRead(request, megabytes * MB, how)
        expect([request.title, how, answer.split('\r\n', 1)[0]?.slice(0, 12)]).toEqual([request.title, how, `HTTP/1.1 ${request.status}`])
        expect(problem.safeParse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).success).toBe(true)
      }
  })

  it.each([1, 5, 50])('reaches fetch with %i MB, as one piece and as a stream', async (megabytes) => {
    for (const request of refused().filter(({ status }) => status !== 413 || megabytes > 2)) {
      const raw = new Uint8Array(megabytes * MB).fill(0x20)
      expect([request.title, (await api.send('POST', request.path, { key: null, raw, headers: headersOf(request) })).status]).toEqual([
        request.title,
        request.status,
      ])
      const streamed = await fetch(api.url + request.path, {
        method: 'POST',
        headers: headersOf(request),
        body: new Blob([raw]).stream(),
        duplex: 'half',
      } as RequestInit)
      expect([request.title, streamed.status, problem.safeParse(await streamed.json()).success]).toEqual([request.title, request.status, true])
    }
  })

  it.skipIf(!hasPython)('reaches Python, with and without keep-alive', async () => {
    const requests = refused().map((request) => ({ ...request, headers: headersOf(request) }))
    const script = `
import http.client, json, sys, urllib.request, urllib.error
port, requests = int(sys.argv[1]), json.loads(sys.argv[2])
statuses = []
for size in (3, 50):
    body = b' ' * size * 1048576
    connection = http.client.HTTPConnection('127.0.0.1', port)
    for request in requests:
        connection.request('POST', request['path'], body, request['headers'])
        answer = connection.getresponse()
        json.loads(answer.read())
        statuses.append([request['title'], answer.status])
        try:
            urllib.request.urlopen(urllib.request.Request('http://127.0.0.1:%d%s' % (port, request['path']), body, request['headers']))
        except urllib.error.HTTPError as error:
            json.loads(error.read())
            statuses.append([request['title'], error.code])
print(json.dumps(statuses))`
    const { stdout } = await run('python3', ['-c', script, new URL(api.url).port, JSON.stringify(requests)])
    const expected = refused().flatMap(({ title, status }) => [
      [title, status],
      [title, status],
    ])
    expect(JSON.parse(stdout)).toEqual([...expected, ...expected])
  })

  it('reaches the sender of a file that is too large, with or without a declared length or form', async () => {
    const bytes = new Uint8Array(12 * MB).fill(0x61)
    const form = new FormData()
    form.append('file', new Blob([bytes]), 'a.csv')
    const { body, headers } = new Request('http://x/', { method: 'POST', body: form })
    const formHeaders = { 'content-type': headers.get('content-type') ?? '' }
    const authorization = `Bearer ${api.keys.write}`
    const send = (sent: NonNullable<RequestInit['body']>, extra: Record<string, string>) =>
      fetch(`${api.url}/v1/uploads?name=a.csv`, { method: 'POST', headers: { authorization, ...extra }, body: sent, duplex: 'half' } as RequestInit)
    expect((await send(bytes, { 'content-type': 'text/csv' })).status).toBe(413)
    expect((await send(new Blob([bytes]).stream(), { 'content-type': 'text/csv' })).status).toBe(413)
    expect((await send(body ?? '', formHeaders)).status).toBe(413)
  })

  it('keeps the connection, so that the next request on it is answered too', async () => {
    const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
    let answers = ''
    socket.on('data', (data) => {
      answers += data.toString()
    })
    const statuses = () => [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))
    for (const [index, request] of refused().entries()) {
      const head = [
        `POST ${request.path} HTTP/1.1`,
        'host: x',
        `content-length: ${3 * MB}`,
        ...Object.entries(headersOf(request)).map((header) => header.join(': ')),
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      socket.write(Buffer.alloc(3 * MB, 0x20))
      await until(() => statuses().length === index + 1)
    }
    socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n')
    await until(() => statuses().length === refused().length + 1)
    expect(statuses()).toEqual([...refused().map(({ status }) => status), 200])
    expect(answers.toLowerCase()).not.toContain('connection: close')
    socket.destroy()
  })

  it('does not wait for the body, and cuts a sender that does not end', async () => {
    const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
    let answer = ''
    let closed = false
    socket.on('data', (data) => {
      answer += data.toString()
    })
    socket
      .on('error', () => {})
      .on('close', () => {
        closed = true
      })
    socket.write(`POST /v1/sources HTTP/1.1\r\nhost: x\r\ncontent-type: ${json}\r\ncontent-length: ${1_000 * MB}\r\n\r\n{`)
    await until(() => answer.includes('401') && answer.endsWith('}'))
    expect(closed).toBe(false)
    const piece = Buffer.alloc(MB)
    await until(
      () => {
        if (!closed && socket.writableLength === 0) socket.write(piece)
        return closed
      },
      { everyMs: 1 },
    )
    expect(socket.bytesWritten).toBeLessThan(100 * MB)
  })

  it('leaves valid requests unaffected', async () => {
    expect((await api.post('/v1/sources', newSource())).status).toBe(201)
    expect(problemOf(await api.post('/v1/sources', { name: 1 }))).toEqual([422, 'VALIDATION_FAILED'])
  })
})
