import { afterEach, describe, expect, it } from 'vitest'
import { createEgressGuard } from '../net/create-egress-guard.js'
import { createHttpFixture, end, failureOf, redirectTo } from '../testing/http/http-fixture.js'

describe.each(['axios', 'node'] as const)('redirects over %s', (transport) => {
  const { open, serve, close } = createHttpFixture(transport)
  afterEach(close)

  describe('redirects', () => {
    it('follows five, and drops no credential within the origin', async () => {
      const { url, seen } = await serve((request, response) => {
        const n = Number(request.url?.slice(1))
        return n < 5 ? redirectTo(response, `/${n + 1}`) : response.end('there')
      })
      const answer = await open().request({ url: `${url}/0`, headers: { authorization: 'Bearer t' } })
      expect([answer.url, await answer.text()]).toEqual([`${url}/5`, 'there'])
      expect(seen.every((request) => request.headers.authorization === 'Bearer t')).toBe(true)
    })
    it.each(['/loop', '/'])('gives up on a loop over %s', async (path) => {
      const { url, seen } = await serve((_request, response) => redirectTo(response, path))
      expect((await failureOf(open().request({ url }))).reason).toBe('TOO_MANY_REDIRECTS')
      expect(seen).toHaveLength(6)
    })
    it('returns the redirect itself when asked to', async () => {
      const { url } = await serve((_request, response) => redirectTo(response, 'https://elsewhere.example/'))
      expect(await open().request({ url, maxRedirects: 0 })).toMatchObject({ status: 302, headers: { location: 'https://elsewhere.example/' } })
    })
    it.each([
      'http://10.0.0.1/',
      'http://169.254.169.254/latest/meta-data/',
      'http://[::1]/',
      'http://2130706434/',
      'http://private.test/',
      'file:///etc/passwd',
      'gopher://127.0.0.1/',
      'http://user:pass@example.com/',
      'http://example.com:6379/',
    ])('goes nowhere when sent to %s', async (location) => {
      const { url, seen } = await serve((_request, response) => redirectTo(response, location))
      const lookup = async () => [{ address: '10.0.0.9', family: 4 }]
      const failure = await failureOf(open({ guard: createEgressGuard({ allow: [new URL(url).host], lookup }) }).request({ url }))
      expect(failure.reason).toBe('EGRESS_BLOCKED')
      expect(seen).toHaveLength(1)
    })
    it('drops credentials on the way to another origin', async () => {
      const other = await serve(end('other'))
      const home = await serve((_request, response) => redirectTo(response, other.url))
      const headers = { authorization: 'Bearer t', cookie: 'a=b', 'X-Api-Key': 'k', 'x-plain': 'p' }
      await (await open().request({ url: home.url, headers, credentialHeaders: ['x-api-key'] })).text()
      expect(other.seen[0]?.headers).toMatchObject({ 'x-plain': 'p' })
      expect(JSON.stringify(other.seen[0]?.headers)).not.toMatch(/Bearer|a=b|"k"/)
    })
    it.each([
      [301, 'POST', 'GET'],
      [302, 'POST', 'GET'],
      [303, 'PUT', 'GET'],
      [307, 'POST', 'POST'],
      [308, 'PUT', 'PUT'],
      [302, 'HEAD', 'HEAD'],
    ] as const)('%i turns %s into %s', async (status, method, expected) => {
      const { url, seen } = await serve((request, response) => (request.url === '/' ? redirectTo(response, '/next', status) : response.end()))
      await (await open().request({ url, method, ...(method !== 'HEAD' && { body: 'b' }) })).text()
      expect(seen[1]?.method).toBe(expected)
      expect(seen[1]?.headers['content-length']).toBe(expected === method && method !== 'HEAD' ? '1' : undefined)
    })
    it('takes no body to another origin', async () => {
      const other = await serve(end('other'))
      const home = await serve((_request, response) => redirectTo(response, other.url, 307))
      expect((await failureOf(open().request({ url: home.url, method: 'POST', body: 'secret' }))).reason).toBe('UPSTREAM_INVALID')
      expect(other.seen).toHaveLength(0)
    })
    it('reports a location that is no URL', async () => {
      const { url } = await serve((_request, response) => redirectTo(response, 'http://[bad'))
      expect((await failureOf(open().request({ url }))).reason).toBe('UPSTREAM_INVALID')
    })
  })
})
