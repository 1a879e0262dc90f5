import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findForeignTarget, parseSecretTarget, requireSecretTargets, secretTargetsOf } from './secret-targets.js'

const configSchema = z.object({
  url: z.string().optional(),
  tokenUrl: z.string().optional(),
  host: z.string().default('db.example'),
  n: z.number().default(1),
})
type Config = z.output<typeof configSchema>
const http = {
  configSchema,
  egress: (config: unknown) => {
    const { url, tokenUrl } = config as Config
    return [
      ...(url === undefined ? [] : [{ field: 'url', url }]),
      ...(tokenUrl === undefined ? [] : [{ field: 'config.auth.tokenUrl', url: tokenUrl, exact: true }]),
    ]
  },
}
const sql = { configSchema, egress: (config: unknown) => [{ field: 'host', host: (config as Config).host, port: 5432 }] }
const textsOf = (targets: ReturnType<typeof secretTargetsOf>) => targets.map(({ target }) => target)

describe('secretTargetsOf', () => {
  it('returns origins, complete token endpoints, and host:port', () => {
    expect(secretTargetsOf(http, { url: 'https://API.example:443/v1?x=1', tokenUrl: 'https://login.example/t/token?a=1' })).toEqual([
      { field: 'config.url', target: 'https://api.example' },
      { field: 'config.auth.tokenUrl', target: 'https://login.example/t/token?a=1' },
    ])
    expect(secretTargetsOf(sql, { host: 'DB.Example.' })).toEqual([{ field: 'config.host', target: 'db.example:5432' }])
    expect(textsOf(secretTargetsOf(sql, { host: '::1' }))).toEqual(['[::1]:5432'])
  })

  it.each([
    ['another host', { url: 'https://evil.example/v1' }],
    ['a host below', { url: 'https://api.example.evil.example' }],
    ['another port', { url: 'https://api.example:8443' }],
    ['no encryption', { url: 'http://api.example' }],
    ['user info', { url: 'https://api.example@evil.example' }],
    ['something that is no URL', { url: 'https://[' }],
    ['another token endpoint of the same origin', { tokenUrl: 'https://login.example/other/token' }],
  ])('does not take %s for the same', (_what, changed) => {
    const bound = textsOf(secretTargetsOf(http, { url: 'https://api.example', tokenUrl: 'https://login.example/token' }))
    expect(() => requireSecretTargets(secretTargetsOf(http, changed), bound)).toThrow('are not for')
  })

  it.each([{ url: 'https://api.example/v2/other' }, { url: 'https://api.example', n: 2 }, {}])('lets pass what stays there: %o', (changed) => {
    expect(findForeignTarget(secretTargetsOf(http, changed), ['https://api.example'])).toBeUndefined()
  })

  it('binds a connector that does not declare its targets to all of its settings, as saved', () => {
    const silent = { configSchema }
    const [bound] = textsOf(secretTargetsOf(silent, { n: 2, url: 'a' }))
    expect(textsOf(secretTargetsOf(silent, { url: 'a', n: 2 }))).toEqual([bound])
    expect(textsOf(secretTargetsOf(silent, { url: 'a', n: 3 }))).not.toEqual([bound])
    expect(textsOf(secretTargetsOf({ configSchema, egress: () => [] }, { url: 'b' }))).toEqual([])
  })

  it('binds one that declares what determines its targets to that, in addition to its addresses', () => {
    const scoped = { configSchema, secretScope: (config: unknown) => (config as Config).host }
    expect(textsOf(secretTargetsOf(scoped, { host: 'a', n: 1 }))).toEqual(textsOf(secretTargetsOf(scoped, { host: 'a', n: 2 })))
    expect(textsOf(secretTargetsOf(scoped, { host: 'a' }))).not.toEqual(textsOf(secretTargetsOf(scoped, { host: 'b' })))
    expect(secretTargetsOf({ ...http, ...scoped }, { url: 'https://a.example' })).toHaveLength(2)
  })

  it('binds settings that do not parse to nothing that parses', () => {
    expect(textsOf(secretTargetsOf(http, { url: 7 }))[0]).toMatch(/^settings:/)
  })
})

describe('parseSecretTarget', () => {
  it.each([
    ['https://API.example/', 'https://api.example'],
    ['HTTPS://api.example:443', 'https://api.example'],
    ['https://login.example/oauth/token', 'https://login.example/oauth/token'],
    ['DB.example:5432', 'db.example:5432'],
    ['[::1]:5432', '[::1]:5432'],
    ['api.example', null],
    ['db.example:0', null],
    ['db.example:70000', null],
    ['https://a:b@api.example', null],
    ['ftp://api.example', null],
    ['https://[', null],
    ['', null],
  ])('%s is %s', (text, target) => expect(parseSecretTarget(text)).toBe(target))
})
