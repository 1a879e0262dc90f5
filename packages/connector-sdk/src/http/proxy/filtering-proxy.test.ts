import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { createEgressGuard } from '../../net/create-egress-guard.js'
import { serveHttp, serveRaw } from '../../testing/servers/loopback-server.js'
import { type FilteringProxy, openFilteringProxy, PROXY_GREETING_URL, type ProxyPass } from './filtering-proxy.js'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]()
})

const start = async (allow: readonly string[] = [], maxBytes = 1_000_000): Promise<{ proxy: FilteringProxy; pass: ProxyPass }> => {
  const proxy = await openFilteringProxy()
  open.push(proxy)
  return { proxy, pass: proxy.admit({ guard: createEgressGuard({ allow }), maxBytes }) }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly socket?: Duplex
}

const headersFor = (pass?: ProxyPass): Record<string, string> =>
  pass === undefined ? {} : { 'proxy-authorization': `Basic ${Buffer.from(`${pass.username}:${pass.password}`).toString('base64')}` }

const get = (proxy: FilteringProxy, url: string, pass?: ProxyPass): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port: new URL(proxy.url).port, path: url, headers: headersFor(pass), agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body })).once('error', reject)
    })
    request.once('error', reject)
  })

const connect = (proxy: FilteringProxy, authority: string, pass?: ProxyPass): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: new URL(proxy.url).port, method: 'CONNECT', path: authority, headers: headersFor(pass), agent: false }
    const request = http.request(options)
    request.once('connect', (response, socket) => resolve({ status: response.statusCode ?? 0, body: '', socket }))
    request.once('error', reject).end()
  })

const site = async (body: string): Promise<{ url: string; authority: string; requests: () => number }> => {
  const server = await serveHttp((_request, response) => void response.end(body))
  open.push({ [Symbol.asyncDispose]: () => server.close() })
  return { url: `${server.url}/`, authority: `127.0.0.1:${server.port}`, requests: () => server.seen.length }
}

describe('the filtering proxy', () => {
  it('lets through what the guard permits, by request and by tunnel', async () => {
    const { url, authority } = await site('hello')
    const { proxy, pass } = await start([authority])
    expect(await get(proxy, url, pass)).toEqual({ status: 200, body: 'hello' })
    const { status, socket } = await connect(proxy, authority, pass)
    expect(status).toBe(200)
    socket?.write(`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    const chunks: Buffer[] = []
    for await (const chunk of socket ?? []) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toMatch(/hello$/)
    expect(pass.bytes).toBeGreaterThan(10)
    expect(await get(proxy, PROXY_GREETING_URL, pass)).toMatchObject({ status: 200 })
  })

  it('serves no one without a credential, or with a closed one', async () => {
    const { url, authority, requests } = await site('hello')
    const { proxy, pass } = await start([authority])
    expect(await get(proxy, url)).toMatchObject({ status: 407 })
    expect(await connect(proxy, authority)).toMatchObject({ status: 407 })
    expect(await get(proxy, PROXY_GREETING_URL)).toMatchObject({ status: 407 })
    pass.close()
    expect(await get(proxy, url, pass)).toMatchObject({ status: 407 })
    expect(requests()).toBe(0)
  })

  it.each(['127.0.0.1', 'localhost', '169.254.169.254', '10.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433'])(
    'refuses %s, and remembers why',
    async (host) => {
      const { authority, requests } = await site('secret')
      const port = authority.split(':')[1] ?? ''
      const { proxy, pass } = await start()
      expect(await get(proxy, `http://${host}:${port}/`, pass)).toMatchObject({ status: 403 })
      expect(pass.failureOf(`http://${host}:${port}/x`)).toMatchObject({ reason: expect.stringMatching(/URL_BLOCKED_ADDRESS|URL_PORT_NOT_ALLOWED/) })
      expect(await connect(proxy, `${host}:${port}`, pass)).toMatchObject({ status: 403 })
      expect(await connect(proxy, `${host}:443`, pass)).toMatchObject({ status: 403 })
      expect(requests()).toBe(0)
    },
  )

  it('connects to the address that was checked, and refuses a name that leads inside', async () => {
    const { authority, requests } = await site('secret')
    const guard = createEgressGuard({ allow: [], lookup: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]) })
    const proxy = await openFilteringProxy()
    open.push(proxy)
    const pass = proxy.admit({ guard, maxBytes: 1_000 })
    expect(await connect(proxy, 'rebinding.example:443', pass)).toMatchObject({ status: 502 })
    expect(pass.failureOf('https://rebinding.example/')).toMatchObject({ reason: 'EGRESS_BLOCKED' })
    expect(await get(proxy, 'http://rebinding.example/', pass)).toMatchObject({ status: 502, body: 'EGRESS_BLOCKED\n' })
    expect(await connect(proxy, `rebinding.example:${authority.split(':')[1]}`, pass)).toMatchObject({ status: 403 })
    expect(requests()).toBe(0)
  })

  it.each(['', 'nonsense', 'host:99999', 'a b:443', '/relative', 'user:pw@host:443'])('answers a senseless target (%s)', async (target) => {
    const { proxy, pass } = await start()
    expect((await connect(proxy, target === '' ? '-' : target.replaceAll(' ', '%20'), pass)).status).toBe(403)
  })

  it('ends all connections when more is loaded than allowed, until the next page', async () => {
    const { url, authority } = await site('x'.repeat(50_000))
    const { proxy, pass } = await start([authority], 60_000)
    expect((await get(proxy, url, pass)).body).toHaveLength(50_000)
    await expect(get(proxy, url, pass)).rejects.toThrow(/aborted|hang up|ECONNRESET/)
    expect(pass.exceeded).toBe(true)
    await expect(get(proxy, url, pass)).rejects.toThrow(/hang up|ECONNRESET/)
    pass.begin()
    expect((await get(proxy, url, pass)).status).toBe(200)
  })

  it('says that a server cannot be reached or breaks off', async () => {
    const cut = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhalf'))
    open.push({ [Symbol.asyncDispose]: () => cut.close() })
    const gone = net.createServer()
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise((resolve) => gone.close(resolve))
    const { proxy, pass } = await start([`127.0.0.1:${port}`, `127.0.0.1:${cut.port}`])
    expect(await connect(proxy, `127.0.0.1:${port}`, pass)).toMatchObject({ status: 502 })
    expect(pass.failureOf(`https://127.0.0.1:${port}`)).toMatchObject({ reason: 'UNREACHABLE' })
    await expect(get(proxy, `${cut.url}/`, pass)).rejects.toThrow(/aborted|hang up|ECONNRESET/)
  })
})
