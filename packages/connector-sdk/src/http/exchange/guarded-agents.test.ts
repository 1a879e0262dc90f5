import { afterEach, describe, expect, it } from 'vitest'
import { createEgressGuard } from '../../net/create-egress-guard.js'
import { createHttpFixture, end, failureOf } from '../../testing/http/http-fixture.js'

describe.each(['axios', 'node'] as const)('addresses over %s', (transport) => {
  const { open, serve, defer, close } = createHttpFixture(transport)
  afterEach(close)

  describe('addresses', () => {
    it.each([
      ['http://127.0.0.1:1/', 'URL_BLOCKED_ADDRESS'],
      ['http://localhost:1/', 'URL_BLOCKED_ADDRESS'],
      ['http://private.test/', 'EGRESS_BLOCKED'],
      ['ftp://example.com/', 'URL_SCHEME_NOT_ALLOWED'],
    ])('refuses %s', async (url, reason) => {
      const guard = createEgressGuard({ allow: [], lookup: async () => [{ address: '127.0.0.1', family: 4 }] })
      expect((await failureOf(open({ guard }).request({ url }))).reason).toBe(reason)
    })
    it('connects to the address that was checked, not to a second answer', async () => {
      const { url, seen } = await serve(end('x'))
      const { port } = new URL(url)
      const rounds = ['127.0.0.1', '10.0.0.1']
      const guard = createEgressGuard({ allow: [`rebind.test:${port}`], lookup: async () => [{ address: rounds.shift() ?? '', family: 4 }] })
      await (await open({ guard }).request({ url: `http://rebind.test:${port}/` })).text()
      expect(seen[0]?.headers.host).toBe(`rebind.test:${port}`)
      expect(rounds).toEqual(['10.0.0.1'])
    })
    it('sends no packet to a name that is rebound to a private address', async () => {
      const { url, seen } = await serve(end('x'))
      const { port } = new URL(url)
      const guard = createEgressGuard({ allow: [], lookup: async () => [{ address: '127.0.0.1', family: 4 }] })
      const open80 = { ...guard, checkUrl: (text: string) => new URL(text) }
      expect((await failureOf(open({ guard: open80 }).request({ url: `http://rebind.test:${port}/` }))).reason).toBe('EGRESS_BLOCKED')
      expect((await failureOf(open({ guard: open80 }).request({ url }))).reason).toBe('URL_BLOCKED_ADDRESS')
      expect(seen).toHaveLength(0)
    })
    it('tries the next address of a host', async () => {
      const { url } = await serve(end('x'))
      const { port } = new URL(url)
      const guard = createEgressGuard({
        allow: ['127.0.0.0/8', `two.test:${port}`],
        lookup: async () => ['127.0.0.9', '127.0.0.1'].map((address) => ({ address, family: 4 })),
      })
      expect(await (await open({ guard }).request({ url: `http://two.test:${port}/` })).text()).toBe('x')
    })
    it('ignores proxies of the environment', async () => {
      const { url } = await serve(end('direct'))
      process.env['HTTP_PROXY'] = 'http://127.0.0.1:9'
      defer(() => delete process.env['HTTP_PROXY'])
      expect(await (await open().request({ url })).text()).toBe('direct')
    })
  })
})
