import { createEgressGuard, createHttpClient } from '@inlet/connector-sdk'
import { createIssuerKeys } from '@inlet/security'
import { decodeProtectedHeader } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { openTokenIssuer, type TokenIssuer } from '../../testing/token-issuer.js'
import { createReadJson } from './resource-server.js'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const open = async ({ path = '', allowed = true } = {}) => {
  const issuer = await openTokenIssuer(() => 'us', path)
  closing.push(() => issuer.close())
  return { issuer, ...keysOf(issuer, allowed) }
}

const keysOf = (issuer: TokenIssuer, allowed = true) => {
  const http = createHttpClient({ guard: createEgressGuard({ allow: allowed ? [issuer.allow] : [] }), transport: 'node' })
  closing.push(() => http.close())
  let time = 0
  const keys = createIssuerKeys({ issuer: issuer.url, readJson: createReadJson(http), now: () => time, onError: () => {} })
  const find = async (token: string) => keys.find(decodeProtectedHeader(token) as { alg: string }, { payload: '', signature: '' })
  return { find, keys, pass: (ms: number) => (time += ms) }
}
const fetches = ({ seen }: TokenIssuer): number => seen.filter((path) => path.endsWith('/jwks')).length

describe('the keys of an issuer', () => {
  it.each(['', '/tenant/one'])('are found below "%s", and read once for many tokens', async (path) => {
    const { issuer, find } = await open({ path })
    const token = await issuer.sign()
    await Promise.all(Array.from({ length: 20 }, () => find(token)))
    await find(token)
    expect(issuer.seen).toHaveLength(2)
  })

  it('are found if there is only the metadata of RFC 8414', async () => {
    const { issuer, find } = await open({ path: '/tenant' })
    issuer.hidden = '/tenant/.well-known/openid-configuration'
    expect(await find(await issuer.sign())).toBeDefined()
    expect(issuer.seen).toContain('/.well-known/oauth-authorization-server/tenant')
  })

  it('are read again for a new key, but not for every unknown one', async () => {
    const { issuer, find, pass } = await open()
    await find(await issuer.sign())
    await issuer.rotate()
    const rotated = await issuer.sign()
    await expect(find(rotated)).rejects.toThrow(/no applicable key/u)
    pass(30_000)
    expect(await find(rotated)).toBeDefined()
    expect(fetches(issuer)).toBe(2)
    for (let n = 0; n < 500; n += 1) {
      pass(100)
      await expect(find(await issuer.sign({}, { header: { kid: `unknown-${n}` } }))).rejects.toThrow(/no applicable key/u)
    }
    // In these 50 seconds the issuer is asked once or twice.
    expect(fetches(issuer)).toBeLessThanOrEqual(4)
  })

  it('remain valid for a day while the issuer is unavailable; withdrawn ones are dropped at the next read', async () => {
    const { issuer, find, pass } = await open()
    const token = await issuer.sign()
    await find(token)
    issuer.outage = 500
    pass(600_000)
    for (let n = 0; n < 10; n += 1) expect(await find(token)).toBeDefined()
    expect(issuer.seen).toHaveLength(3)
    pass(86_400_000)
    await expect(find(token)).rejects.toMatchObject({ reason: 'ISSUER_UNAVAILABLE', message: expect.stringContaining('answers 500') })
    issuer.outage = null
    pass(30_000)
    expect(await find(token)).toBeDefined()
    await issuer.rotate()
    pass(600_000)
    await expect(find(token)).rejects.toThrow(/no applicable key/u)
  })

  it('of an issuer that is unavailable at first are soon requested again, by one of many', async () => {
    const { issuer, find, keys, pass } = await open()
    issuer.outage = 503
    await keys.warmUp()
    const token = await issuer.sign()
    await Promise.all(Array.from({ length: 20 }, () => expect(find(token)).rejects.toMatchObject({ reason: 'ISSUER_UNAVAILABLE' })))
    expect(issuer.seen).toHaveLength(1)
    issuer.outage = null
    pass(5_000)
    expect(await find(token)).toBeDefined()
  })

  it('are not read from an address that the operator has not permitted', async () => {
    const { issuer, find } = await open({ allowed: false })
    await expect(find(await issuer.sign())).rejects.toMatchObject({
      reason: 'ISSUER_UNAVAILABLE',
      next: expect.stringContaining('INLET_EGRESS_ALLOW'),
    })
    expect(issuer.seen).toEqual([])
  })

  it.each([
    ['of another issuer', { issuer: 'https://evil.example' }],
    ['without keys', { jwks_uri: undefined }],
    ['with keys behind another scheme', { jwks_uri: 'file:///etc/passwd' }],
    ['with keys at a private address', { jwks_uri: 'http://169.254.169.254/keys' }],
  ])('are not believed with metadata %s', async (_, metadata) => {
    const { issuer, find } = await open()
    issuer.metadata = metadata
    await expect(find(await issuer.sign())).rejects.toMatchObject({ reason: 'ISSUER_UNAVAILABLE' })
  })
})
