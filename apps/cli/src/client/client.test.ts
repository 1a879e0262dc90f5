import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ApiUnreachable, createApiClient, withQuery } from './api-client.js'
import { contextsFile, readContexts, writeContexts } from './contexts.js'
import { findInstallation } from './find-installation.js'
import { followEvents } from './follow-events.js'
import { toServerEvents } from './server-events.js'

describe('findInstallation', () => {
  let data: string
  beforeAll(() => {
    data = mkdtempSync(path.join(tmpdir(), 'inlet-find-'))
    writeFileSync(path.join(data, 'running.json'), JSON.stringify({ url: 'http://127.0.0.1:4000', supervisor: 1, children: [] }))
    writeFileSync(path.join(data, 'settings.json'), JSON.stringify({ adminKey: 'local-key' }))
    mkdirSync(path.join(data, 'empty'))
  })
  afterAll(() => rmSync(data, { recursive: true, force: true }))

  it.each([
    ['the data folder', {}, {}, ['http://127.0.0.1:4000/', 'local-key']],
    ['the environment', {}, { INLET_URL: 'https://inlet.test', INLET_API_KEY: 'k' }, ['https://inlet.test/', 'k']],
    [
      'flags before the environment',
      { url: 'https://b.test', key: 'b' },
      { INLET_URL: 'https://a.test', INLET_API_KEY: 'a' },
      ['https://b.test/', 'b'],
    ],
    ['an address of this machine with the key of the folder', { url: 'http://localhost:5000' }, {}, ['http://localhost:5000/', 'local-key']],
  ])('takes %s', (_what, flags, env, [url, key]) => {
    expect(findInstallation({ data, ...flags }, env)).toEqual({ url, key })
  })

  it('uses what login has stored, and sends its key nowhere else', () => {
    const env = { XDG_CONFIG_HOME: path.join(data, 'config') }
    expect(readContexts(env)).toEqual({ current: null, contexts: {} })
    const contexts = { work: { url: 'https://inlet.test/', key: 'work-key' }, home: { url: 'http://127.0.0.1:4002/', key: 'home-key' } }
    writeContexts(env, { current: 'work', contexts })
    expect(statSync(contextsFile(env)).mode & 0o777).toBe(0o600)
    expect(findInstallation({}, env)).toEqual(contexts.work)
    expect(findInstallation({ context: 'home' }, { ...env, INLET_URL: 'https://a.test', INLET_API_KEY: 'a' })).toEqual(contexts.home)
    expect(findInstallation({ url: 'https://inlet.test' }, env)).toEqual(contexts.work)
    expect(() => findInstallation({ url: 'https://other.test' }, env)).toThrow('no API key for https://other.test')
    expect(findInstallation({ data }, env)).toEqual({ url: 'http://127.0.0.1:4000/', key: 'local-key' })
    expect(findInstallation({}, { ...env, INLET_URL: 'https://a.test', INLET_API_KEY: 'a' })).toEqual({ url: 'https://a.test/', key: 'a' })
    expect(findInstallation({}, { ...env, INLET_CONTEXT: 'home' })).toEqual(contexts.home)
    expect(() => findInstallation({}, { ...env, INLET_CONTEXT: 'nowhere' })).toThrow(/nowhere/)
    expect(() => findInstallation({ context: 'elsewhere' }, env)).toThrow('there are: work, home')
    expect(() => findInstallation({ context: 'toString' }, env)).toThrow('there is no context')
    writeFileSync(contextsFile(env), '{')
    expect(() => findInstallation({}, env)).toThrow(/is damaged; remove it/)
  })

  it('finds the demo if no other installation runs', () => {
    const nobody = { HOME: path.join(data, 'nobody') }
    const before = process.cwd()
    process.chdir(data)
    try {
      mkdirSync('.inlet')
      mkdirSync('.inlet-demo')
      writeFileSync('.inlet-demo/running.json', JSON.stringify({ url: 'http://127.0.0.1:4001' }))
      writeFileSync('.inlet-demo/settings.json', JSON.stringify({ adminKey: 'demo-key' }))
      expect(findInstallation({}, nobody)).toEqual({ url: 'http://127.0.0.1:4001/', key: 'demo-key' })
      writeFileSync('.inlet/running.json', JSON.stringify({ url: 'http://127.0.0.1:4000' }))
      writeFileSync('.inlet/settings.json', JSON.stringify({ adminKey: 'own-key' }))
      expect(findInstallation({}, nobody)).toEqual({ url: 'http://127.0.0.1:4000/', key: 'own-key' })
    } finally {
      process.chdir(before)
    }
  })

  it("keeps the folder's key from other machines, and says what is missing", () => {
    expect(() => findInstallation({ data, url: 'https://inlet.test' }, {})).toThrow('no API key for https://inlet.test')
    expect(() => findInstallation({ data, url: 'http://127.evil.test' }, {})).toThrow('no API key')
    expect(() => findInstallation({ data: path.join(data, 'empty') }, {})).toThrow(/no installation runs from .*inlet up/)
    expect(() => findInstallation({ data, url: 'inlet.test' }, {})).toThrow('not the address of an API')
  })
})

describe('toServerEvents', () => {
  it('reads events however the bytes are split, and skips comments', async () => {
    const text = 'retry: 2000\n\n: alive\n\nid: 1\nevent: run.ended\ndata: {"a":\r\ndata: "ü"}\n\ndata:last\n\nid: cut off'
    const bytes = new TextEncoder().encode(text)
    for (const size of [1, 3, 1_000]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size))
      const events = []
      for await (const event of toServerEvents(
        (async function* () {
          yield* pieces
        })(),
      ))
        events.push(event)
      expect(events).toEqual([
        { id: '1', event: 'run.ended', data: '{"a":\n"ü"}' },
        { id: '', event: 'message', data: 'last' },
      ])
    }
  })
})

describe('the client', () => {
  const asked: string[] = []
  const event = (id: number): string => `{"id":"${id}","type":"t"}`
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${String(request.headers['last-event-id'] ?? '')}`)
    if (request.url === '/page') return response.end('<html>')
    if (request.url === '/v1/moved') return response.writeHead(302, { location: 'http://other.example/v1/moved' }).end()
    if (request.url === '/v1/endless') return response.writeHead(200).write('id: 1\n')
    // First a proxy that does not pass streams, once; then one that breaks after each event.
    if (asked.length === 1) return response.writeHead(502).end()
    if (request.url?.startsWith('/v1/events?')) return response.end(`{"items":[${event(6)}],"nextCursor":null}`)
    const next = Number(request.headers['last-event-id']) + 1
    return response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`id: ${next}\ndata: ${event(next)}\n\nid: ${next}\ndata: ${event(next)}\n\n`)
  })
  let url: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  it('follows each event once, by polling while there is no stream, and again from the last one when it breaks', async () => {
    const stop = new AbortController()
    const seen: string[] = []
    for await (const { id } of followEvents(createApiClient(url, 'k'), { filter: { source: 'a' }, after: '5', signal: stop.signal, pauseMs: 1 })) {
      seen.push(id)
      if (seen.length === 3) stop.abort()
    }
    expect(seen).toEqual(['6', '7', '8'])
    expect(asked.slice(0, 4)).toEqual([
      '/v1/events/stream?source=a 5',
      '/v1/events?source=a&after=5&limit=200 ',
      '/v1/events/stream?source=a 6',
      '/v1/events/stream?source=a 7',
    ])
  })

  it('ends a stream with its signal, also after garbage was collected', async () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const stop = new AbortController()
    const read = async (): Promise<string> => {
      try {
        for await (const _ of createApiClient(url, 'k').events('/v1/endless', { signal: stop.signal }));
        return 'ended'
      } catch (error) {
        return (error as Error).name
      }
    }
    const reading = read()
    await until(() => asked.at(-1)?.startsWith('/v1/endless'))
    for (let n = 0; n < 10; n++) {
      await delay(10)
      collectGarbage()
    }
    stop.abort()
    expect(await Promise.race([reading, delay(5_000, 'still reads')])).toBe('AbortError')
  })

  it('follows no redirect, and says where it leads', async () => {
    await expect(createApiClient(url, 'k').call('GET', '/v1/moved')).rejects.toThrow(
      /does not answer \(it redirects to http:\/\/other\.example\/v1\/moved: use the address of the API itself\)/u,
    )
  })

  it('distinguishes an API that is unavailable, or something else in its place, from a refusal', async () => {
    await expect(createApiClient(url, 'k').call('GET', '/page')).rejects.toThrow(/is not Inlet's API/)
    await expect(createApiClient('http://127.0.0.1:1', 'k').call('GET', '/')).rejects.toThrow(ApiUnreachable)
    expect(withQuery('/v1/x', { a: undefined, b: ['1', '2'], c: 'ä b' })).toBe('/v1/x?b=1&b=2&c=%C3%A4+b')
  })
})
