import type { Failure } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { createEgressGuard, type HostLookup } from './create-egress-guard.js'

const answers =
  (...addresses: string[]): HostLookup =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
const guard = (allow: string[] = [], lookup: HostLookup = answers('93.184.216.34')) => createEgressGuard({ allow, lookup })
const reasonOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return (error as Failure).reason
  }
  return 'accepted'
}
const reasonOfAsync = async (act: () => Promise<unknown>): Promise<string> =>
  act().then(
    () => 'accepted',
    (error: unknown) => (error as Failure).reason,
  )

describe('a URL that leads to a forbidden address', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0x7f.0.0.1/',
    'http://0x7f000001/',
    'http://127.1/',
    'http://１２７.０.０.１/',
    'http://127。0。0。1/',
    'http://127.0.0.1./',
    'http://127.255.255.254/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::1]/',
    'http://[2002:7f00:1::]/',
    'http://[2002:a00:1::1]/',
    'http://[2001:0:7f00:1::1]/',
    'http://[fe80::1]/',
    'http://[fc00::1]/',
    'http://[fd12:3456::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://[2001:db8::1]/',
    'http://[fd00:ec2::254]/',
    'http://0.0.0.0/',
    'http://0/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://169.254.170.2/',
    'http://100.64.0.1/',
    'http://100.100.100.200/',
    'http://198.18.0.1/',
    'http://192.0.0.192/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://localhost/',
    'http://localhost./',
    'http://LOCALHOST/',
    'http://ｌｏｃａｌｈｏｓｔ/',
    'http://app.localhost/',
    'https://127.0.0.1:443/',
    'http://168.63.129.16/metadata/instance',
    'http://161.26.0.10/',
    'http://192.31.196.1/',
    'http://192.52.193.1/',
    'http://192.175.48.1/',
    'http://[100::1]/',
    'http://[200::1]/',
    'http://[400::1]/',
    'http://[1000::1]/',
    'http://[1fff:ffff::1]/',
    'http://[4000::1]/',
    'http://[5f00::1]/',
    'http://[8000::1]/',
    'http://[e000::1]/',
    'http://[fec0::1]/',
    'http://[0:0:0:ffff::1]/',
    'http://[64:ff9b:0:0:1::1]/',
    'http://[64:ff9b::a83f:8110]/',
    'http://[::ffff:168.63.129.16]/',
    'http://[2001:2::1]/',
    'http://[2001:20::1]/',
    'http://[2620:4f:8000::1]/',
    'http://[3fff::1]/',
    'http://[3ffe::1]/',
  ])('%s is refused', (url) => {
    expect(reasonOf(() => guard().checkUrl(url))).toBe('URL_BLOCKED_ADDRESS')
  })
  it('has no backslash, in which others than this parser see another host', () => {
    expect(() => guard().checkUrl('http://good.example\\@127.0.0.1/')).toThrow(expect.objectContaining({ reason: 'INVALID_URL' }))
  })
})

describe('a URL that is badly formed', () => {
  it.each([
    ['https://user:pass@example.com/', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['https://user@example.com/', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['https://example.com@127.0.0.1/', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['file:///etc/passwd', 'URL_SCHEME_NOT_ALLOWED'],
    ['gopher://example.com/', 'URL_SCHEME_NOT_ALLOWED'],
    ['data:text/plain,hi', 'URL_SCHEME_NOT_ALLOWED'],
    ['ftp://example.com/', 'URL_SCHEME_NOT_ALLOWED'],
    ['javascript:alert(1)', 'URL_SCHEME_NOT_ALLOWED'],
    ['http://example.com:22/', 'URL_PORT_NOT_ALLOWED'],
    ['http://example.com:6379/', 'URL_PORT_NOT_ALLOWED'],
    ['http://example.com/a\r\nHost: evil', 'INVALID_URL'],
    ['http://exa\nmple.com/', 'INVALID_URL'],
    ['http://example.com/\u0000', 'INVALID_URL'],
    ['http://example.com/\t', 'INVALID_URL'],
    [`https://example.com/${'a'.repeat(9_000)}`, 'URL_TOO_LONG'],
    ['', 'INVALID_URL'],
    ['example.com', 'INVALID_URL'],
    ['//example.com/', 'INVALID_URL'],
    ['http://', 'INVALID_URL'],
    ['http://[::1', 'INVALID_URL'],
    ['http://256.256.256.256/', 'INVALID_URL'],
    ['http://[fe80::1%25eth0]/', 'INVALID_URL'],
    ['http://example.com:99999/', 'INVALID_URL'],
  ])('%j is refused as %s', (url, reason) => {
    expect(reasonOf(() => guard().checkUrl(url))).toBe(reason)
  })
  it('never repeats the credentials', () => {
    expect(() => guard().checkUrl('https://user:hunter2@example.com/')).toThrow(/^(?!.*hunter2).*$/)
  })
})

describe('a URL that is fine', () => {
  it.each([
    'https://example.com',
    'http://example.com:80/x?y=1#z',
    'https://example.com.:443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://[2a00:1450:4001:800::200e]/',
    'https://[3ff0::1]/',
    'https://[64:ff9b::808:808]/',
    'http://EXAMPLE.com/',
    'https://bücher.example/',
  ])('%s is accepted', (url) => {
    expect(guard().checkUrl(url)).toBeInstanceOf(URL)
  })

  it('stays fine, however often it is checked', () => {
    const guarding = guard()
    for (let n = 0; n < 30_000; n++) expect.assert(guarding.checkUrl('https://bücher.example/') instanceof URL)
  })
})

describe('the allow-list', () => {
  it.each([
    [['127.0.0.1'], 'http://127.0.0.1:8080/', 'accepted'],
    [['127.0.0.1'], 'http://localhost:8080/', 'accepted'],
    [['127.0.0.1'], 'http://[::ffff:127.0.0.1]:8080/', 'accepted'],
    [['127.0.0.1:8080'], 'http://127.0.0.1:8080/', 'accepted'],
    [['127.0.0.1:8080'], 'http://127.0.0.1:8081/', 'URL_BLOCKED_ADDRESS'],
    [['127.0.0.1:8080'], 'http://127.0.0.1/', 'URL_BLOCKED_ADDRESS'],
    [['127.0.0.1:8080', '127.0.0.1:8081'], 'http://127.0.0.1:8081/', 'accepted'],
    [['localhost'], 'http://127.0.0.1:3000/', 'accepted'],
    [['localhost.'], 'http://localhost:3000/', 'accepted'],
    [['localhost:3000'], 'http://localhost:3001/', 'URL_BLOCKED_ADDRESS'],
    [['::1'], 'http://[::1]:5000/', 'accepted'],
    [['[::1]:5000'], 'http://[::1]:5000/', 'accepted'],
    [['[::1]:5000'], 'http://[::1]:5001/', 'URL_BLOCKED_ADDRESS'],
    [['10.0.0.0/8'], 'http://10.1.2.3:9000/', 'accepted'],
    [['10.0.0.0/8'], 'http://11.0.0.1:9000/', 'URL_PORT_NOT_ALLOWED'],
    [['fd00::/8'], 'http://[fd00::5]:9000/', 'accepted'],
    [['db.internal'], 'http://db.internal:9000/', 'accepted'],
    [['DB.Internal.:9000'], 'http://db.internal:9000/', 'accepted'],
    [['db.internal:9000'], 'http://db.internal:9001/', 'URL_PORT_NOT_ALLOWED'],
    [['db.internal'], 'http://127.0.0.1/', 'URL_BLOCKED_ADDRESS'],
    [[' ', '127.0.0.1 '], 'http://127.0.0.1:1/', 'accepted'],
  ])('%j and %s: %s', (allow, url, expected) => {
    expect(reasonOf(() => guard(allow).checkUrl(url))).toBe(expected)
  })
  it.each(['10.0.0.0/33', '10.0.0.0/', 'fd00::/129', 'a b', 'host:0', 'host:70000', 'host:x', '10.0.0.0/8/9', 'http://x'])(
    '%s is no entry',
    (entry) => {
      expect(reasonOf(() => createEgressGuard({ allow: [entry] }))).toBe('VALIDATION_FAILED')
    },
  )
})

describe('resolving', () => {
  it('gives the address that was checked', async () => {
    expect(await guard().resolve('Example.com', 443)).toEqual({ host: 'example.com', address: '93.184.216.34', family: 4, port: 443 })
  })
  it('refuses a name with a single private address among fifty', async () => {
    const fifty = Array.from({ length: 50 }, (_, i) => (i === 37 ? '10.0.0.5' : `93.184.216.${i}`))
    expect(await reasonOfAsync(() => guard([], answers(...fifty)).resolve('many.test', 443))).toBe('EGRESS_BLOCKED')
  })
  it.each(['127.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.1', '64:ff9b::a00:1', '2002:7f00:1::', 'fe80::1%eth0', 'nonsense'])(
    'refuses a name that leads to %s',
    async (address) => {
      expect(await reasonOfAsync(() => guard([], answers(address)).resolve('evil.test', 80))).toBe('EGRESS_BLOCKED')
    },
  )
  it('resolves again on each call, so that a rebound name is refused the second time', async () => {
    const rounds = [['93.184.216.34'], ['127.0.0.1']]
    const rebinding = guard([], async () => (rounds.shift() ?? []).map((address) => ({ address, family: 4 })))
    expect((await rebinding.resolve('rebind.test', 80)).address).toBe('93.184.216.34')
    expect(await reasonOfAsync(() => rebinding.resolve('rebind.test', 80))).toBe('EGRESS_BLOCKED')
  })
  it('does not say which private address a name has', async () => {
    await expect(guard([], answers('10.9.8.7')).resolve('internal.test', 80)).rejects.toThrow(/^(?!.*10\.9\.8\.7).*private.*$/)
  })
  it.each([
    ['127.0.0.1', 5432],
    ['0x7f.1', 5432],
    ['localhost', 5432],
    ['[::1]', 5432],
  ])('refuses the literal %s', async (host, port) => {
    expect(await reasonOfAsync(() => guard().resolve(host, port))).toBe('EGRESS_BLOCKED')
    expect(reasonOf(() => guard().checkHost(host, port))).toBe('URL_BLOCKED_ADDRESS')
  })
  it.each([
    [['db.internal'], '10.0.0.5', 5432, 'accepted'],
    [['db.internal:5432'], '10.0.0.5', 5432, 'accepted'],
    [['db.internal:5432'], '10.0.0.5', 22, 'EGRESS_BLOCKED'],
    [['10.0.0.0/8'], '10.0.0.5', 22, 'accepted'],
    [['10.0.0.5:5432'], '10.0.0.5', 5432, 'accepted'],
    [['10.0.0.5:5432'], '10.0.0.5', 22, 'EGRESS_BLOCKED'],
    [['other.internal'], '10.0.0.5', 5432, 'EGRESS_BLOCKED'],
  ])('allow %j, db.internal at %s port %i: %s', async (allow, address, port, expected) => {
    expect(await reasonOfAsync(() => guard(allow, answers(address)).resolve('db.internal', port))).toBe(expected)
  })
  it('resolves localhost without asking anyone', async () => {
    const poisoned = guard(['127.0.0.1'], answers('93.184.216.34'))
    expect(await poisoned.resolveAll?.('localhost.', 3000)).toEqual([{ host: 'localhost', address: '127.0.0.1', family: 4, port: 3000 }])
  })
  it.each(['', 'a b', 'x/y', 'user@host', '-oProxyCommand=x y', 'host:80', 'http://x', '[::1', 'fe80::1%eth0'])('%j is no host', async (host) => {
    expect(reasonOf(() => guard().checkHost(host, 80))).toBe('INVALID_URL')
  })
  it.each([0, -1, 65_536, 1.5, Number.NaN])('%d is no port', (port) => {
    expect(reasonOf(() => guard().checkHost('example.com', port))).toBe('URL_PORT_NOT_ALLOWED')
  })
  it('reports a name that does not exist, and one without addresses', async () => {
    const missing = guard([], async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    })
    expect(await reasonOfAsync(() => missing.resolve('missing.test', 80))).toBe('DNS_FAILED')
    expect(await reasonOfAsync(() => guard([], answers()).resolve('empty.test', 80))).toBe('DNS_FAILED')
  })
  it('stops waiting when cancelled', async () => {
    const controller = new AbortController()
    const waiting = guard([], () => new Promise(() => undefined)).resolve('slow.test', 80, controller.signal)
    controller.abort()
    expect(await reasonOfAsync(() => waiting)).toBe('CANCELLED')
  })
})
