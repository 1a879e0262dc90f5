import { EnvError } from '@inlet/runtime'
import { until } from '@inlet/testing'
import { base64url, exportJWK, generateKeyPair, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { followStream } from '../../testing/follow-stream.js'
import { newSource, problemOf, startApi, type TestApi } from '../../testing/start-api.js'
import { openTokenIssuer, type TokenIssuer } from '../../testing/token-issuer.js'

const PUBLIC = 'https://inlet.example.com'
let issuer: TokenIssuer
let api: TestApi
let passed = 0
/** The issuer's name for this server. */
const AUDIENCE = `${PUBLIC}/mcp`

beforeAll(async () => {
  issuer = await openTokenIssuer(() => AUDIENCE)
  api = await startApi({
    config: { INLET_OIDC_ISSUER: issuer.url, INLET_PUBLIC_URL: `${PUBLIC}/`, INLET_EGRESS_ALLOW: [issuer.allow], INLET_MAX_STREAMS_PER_KEY: 2 },
    tokenClock: { monotonic: () => performance.now() + passed, date: () => new Date(Date.now() + passed) },
    callTimeoutMs: 300,
  })
})
afterAll(async () => {
  await api.close()
  await issuer.close()
})
beforeEach(() => {
  passed = 0
})

const get = (path: string, token: string) => api.get(path, { key: token })
const challengeOf = async (token: string | null, path = '/v1/sources') => {
  const answer = await api.get(path, { key: token })
  return { status: answer.status, detail: answer.body?.detail, says: answer.headers.get('www-authenticate') ?? '' }
}

describe('a token of the issuer', () => {
  it('can do over REST what its scopes allow, and nothing else', async () => {
    const reads = await issuer.sign()
    expect((await get('/v1/session', reads)).body).toMatchObject({
      actor: { id: 'token:alice via agent', name: 'alice' },
      scopes: ['read'],
      csrfToken: null,
    })
    expect((await get('/v1/sources', reads)).status).toBe(200)
    expect(problemOf(await api.post('/v1/sources', newSource(), { key: reads }))).toEqual([403, 'FORBIDDEN'])
    const writes = await issuer.sign({ scope: 'openid inlet:write', client_id: undefined, azp: 'console' })
    const made = await api.post('/v1/sources', newSource({ slug: 'of-alice' }), { key: writes })
    expect(made.status).toBe(201)
    const { rows } = await api.database.pool.query(`SELECT actor FROM audit WHERE action = 'source.create' AND target_id = $1`, [made.body.id])
    expect(rows).toEqual([{ actor: 'token:alice via console' }])
    const listed = await api.get('/v1/audit?actor=token:alice&action=source.create')
    expect(listed.body.items).toMatchObject([{ actor: 'token:alice via console' }])
    expect((await api.get('/v1/audit?actor=token:ali%25&action=source.create')).body.items).toEqual([])
    expect((await get('/v1/keys', await issuer.sign({ scope: 'inlet:admin' }))).status).toBe(200)
    expect(problemOf(await api.post('/v1/session/link', {}, { key: await issuer.sign({ scope: 'inlet:admin' }) }))).toEqual([403, 'FORBIDDEN'])
  })

  it('without scopes of Inlet can do nothing', async () => {
    for (const scope of [undefined, '', 'read admin', 'openid profile', 'inlet:', ['INLET:read'], { 'inlet:read': true }])
      expect(problemOf(await get('/v1/sources', await issuer.sign({ scope })))).toEqual([403, 'FORBIDDEN'])
  })

  it("learns which scope it lacks, by the issuer's name for it", async () => {
    const answer = await api.post('/v1/sources', newSource(), { key: await issuer.sign() })
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="Inlet", error="insufficient_scope", error_description="the token lacks the scope write", scope="inlet:write", resource_metadata="${PUBLIC}/.well-known/oauth-protected-resource"`,
    )
    const byKey = await api.post('/v1/sources', newSource(), { key: api.keys.read })
    expect([byKey.status, byKey.headers.get('www-authenticate')]).toEqual([403, null])
  })

  it('can repeat a request by its Idempotency-Key only for the same subject', async () => {
    const send = async (sub: string) =>
      api.post('/v1/sources', newSource({ name: 'Repeated', slug: `repeated-${sub}` }), {
        key: await issuer.sign({ sub, scope: 'inlet:write' }),
        headers: { 'idempotency-key': 'the-same' },
      })
    const first = await send('bob')
    expect((await send('bob')).body.id).toBe(first.body.id)
    expect((await send('carol')).headers.get('idempotency-replayed')).toBeNull()
  })

  it('shares its limits with all tokens of its subject', async () => {
    const streams = []
    for (const client of ['one', 'two'])
      streams.push(await followStream(api, '/v1/events/stream', { authorization: `Bearer ${await issuer.sign({ sub: 'dora', client_id: client })}` }))
    const third = await followStream(api, '/v1/events/stream', { authorization: `Bearer ${await issuer.sign({ sub: 'dora', client_id: 'three' })}` })
    const other = await followStream(api, '/v1/events/stream', { authorization: `Bearer ${await issuer.sign({ sub: 'erik' })}` })
    expect([...streams, third, other].map(({ response }) => response.status)).toEqual([200, 200, 429, 200])
    for (const stream of [...streams, other]) stream.stop()
  })

  it('ends its open requests when it expires', async () => {
    const stream = await followStream(api, '/v1/events/stream', { authorization: `Bearer ${await issuer.sign({ sub: 'frida' })}` })
    const happen = () => api.database.pool.query(`INSERT INTO events (type, level, message) VALUES ('tick', 'info', 'x')`)
    await until(async () => {
      await happen()
      return stream.text.includes('event: tick')
    })
    passed = 331_000
    await until(async () => {
      await happen()
      return stream.isClosed
    })
    expect(stream.response.status).toBe(200)
  })
})

describe('refusals, with 401 and where to get a valid token', () => {
  const soon = () => Math.floor(Date.now() / 1_000)
  const refused: [string, () => Promise<string>, RegExp][] = [
    ['a token that has expired', () => issuer.sign({ exp: soon() - 60 }), /expired/u],
    ['a token that is not valid yet', () => issuer.sign({ nbf: soon() + 600 }), /not valid yet/u],
    ['a token for another audience', () => issuer.sign({ aud: 'https://other.example.com' }), /audience/u],
    ['a token for an address that begins alike', () => issuer.sign({ aud: `${PUBLIC}.evil.example` }), /audience/u],
    ['a token for nobody', () => issuer.sign({ aud: undefined }), /audience/u],
    ['a token of another issuer', () => issuer.sign({ iss: 'https://evil.example' }), /not of this issuer/u],
    ['a token of nobody', () => issuer.sign({ sub: undefined }), /sub/u],
    ['a token of an endless name', () => issuer.sign({ sub: 'x'.repeat(256) }), /sub/u],
    ['a token without an end', () => issuer.sign({ exp: undefined }), /exp/u],
    ['a token of another type', () => issuer.sign({}, { header: { typ: 'logout+jwt' } }), /not an access token/u],
    ['a token that is bound to a key', () => issuer.sign({ cnf: { jkt: 'x' } }), /bound/u],
    ['a token signed by somebody else', async () => issuer.sign({}, { key: (await generateKeyPair('ES256')).privateKey }), /not signed/u],
    [
      'a token signed with the public key as a shared secret',
      () => issuer.sign({}, { header: { alg: 'HS256' }, key: new TextEncoder().encode(JSON.stringify(issuer.publicKey())) }),
      /not signed/u,
    ],
    [
      'a token that brings its own key',
      async () => {
        const pair = await generateKeyPair('ES256', { extractable: true })
        return issuer.sign({}, { header: { jwk: await exportJWK(pair.publicKey), kid: 'mine' }, key: pair.privateKey })
      },
      /a key that the issuer does not have/u,
    ],
    [
      'a token without a signature',
      async () =>
        new UnsecuredJWT({ sub: 'alice', scope: 'inlet:admin' }).setIssuer(issuer.url).setAudience(AUDIENCE).setExpirationTime('5m').encode(),
      /not signed/u,
    ],
    [
      'a token whose claims were changed',
      async () => {
        const [header, , signature] = (await issuer.sign()).split('.')
        return [
          header,
          base64url.encode(JSON.stringify({ iss: issuer.url, aud: AUDIENCE, sub: 'root', exp: 9e9, scope: 'inlet:admin' })),
          signature,
        ].join('.')
      },
      /not signed/u,
    ],
  ]

  it.each(refused)('%s', async (_, token, why) => {
    const { status, detail, says } = await challengeOf(await token())
    expect([status, detail]).toEqual([401, expect.stringMatching(why)])
    expect(says).toContain('error="invalid_token"')
    expect(says).toContain(`resource_metadata="${PUBLIC}/.well-known/oauth-protected-resource"`)
    expect(says).toContain('scope="inlet:read"')
  })

  it('no token at all, a token in the address, and a token where only keys sign in', async () => {
    expect(await challengeOf(null)).toMatchObject({ status: 401, says: expect.not.stringContaining('error=') })
    const token = await issuer.sign()
    expect(await challengeOf(null, `/v1/sources?access_token=${token}`)).toMatchObject({ status: 401 })
    expect(await challengeOf(token, `/v1/sources?access_token=${token}`)).toMatchObject({ status: 422 })
    expect((await fetch(`${api.url}/v1/sources`, { headers: { authorization: `Basic ${btoa(`x:${token}`)}` } })).status).toBe(401)
    expect((await api.post('/v1/sign-in', { key: token }, { key: null })).status).toBe(401)
  })

  it('many forged tokens are slowed down, but not valid ones among them', async () => {
    const forged = await issuer.sign({}, { key: (await generateKeyPair('ES256')).privateKey })
    const statuses = []
    for (let n = 0; n < 30; n += 1) statuses.push((await get('/v1/sources', forged)).status)
    expect(statuses).toContain(429)
    expect((await get('/v1/sources', await issuer.sign())).status).toBe(200)
    // An expired token is no guess: its client needs to learn that it expired, and not to wait.
    expect((await get('/v1/sources', await issuer.sign({ exp: 1 }))).status).toBe(401)
  })

  it('none of this appears in the log', async () => {
    const token = await issuer.sign({ scope: 'inlet:write' })
    await get('/v1/sources', token)
    await get(`/v1/sources?access_token=${token}`, token)
    await get('/v1/sources', `${token}x`)
    const log = api.logLines.join('\n')
    expect(api.logLines.length).toBeGreaterThan(10)
    for (const part of token.split('.').slice(1)) expect(log).not.toContain(part)
  })
})

describe('the issuer', () => {
  it('is named to callers without a token, with the resource that tokens are for', async () => {
    const metadata = async (path: string) => (await api.get(`/.well-known/oauth-protected-resource${path}`, { key: null })).body
    const common = {
      resource_name: 'Inlet',
      bearer_methods_supported: ['header'],
      authorization_servers: [issuer.url],
      scopes_supported: ['inlet:read', 'inlet:write', 'inlet:publish'],
    }
    expect(await metadata('')).toEqual({ ...common, resource: PUBLIC })
    expect(await metadata('/mcp')).toEqual({ ...common, resource: `${PUBLIC}/mcp` })
  })

  it('may change its keys', async () => {
    const before = await issuer.sign()
    expect((await get('/v1/sources', before)).status).toBe(200)
    await issuer.rotate()
    passed = 31_000
    expect((await get('/v1/sources', await issuer.sign())).status).toBe(200)
    expect((await challengeOf(before)).detail).toMatch(/no longer has/u)
  })

  it('may be unavailable: tokens keep working, and so do keys', async () => {
    issuer.outage = 500
    passed = 700_000
    expect((await get('/v1/sources', await issuer.sign({ exp: Math.floor(Date.now() / 1_000) + 3_000 }))).status).toBe(200)
    expect((await api.get('/v1/sources')).status).toBe(200)
    issuer.outage = null
  })

  it('that is unavailable at startup is reported, and tried again; keys do not need it', async () => {
    issuer.outage = 503
    let time = 0
    const late = await startApi({
      config: { INLET_OIDC_ISSUER: issuer.url, INLET_OIDC_AUDIENCE: ['inlet-api'], INLET_EGRESS_ALLOW: [issuer.allow] },
      tokenClock: { monotonic: () => time, date: () => new Date() },
    })
    try {
      await until(() => late.logLines.some((line) => line.includes('keys of the issuer cannot be read')))
      const token = await issuer.sign({ aud: ['else', 'inlet-api'] })
      const away = await late.get('/v1/sources', { key: token })
      expect(problemOf(away)).toEqual([503, 'ISSUER_UNAVAILABLE'])
      expect(away.headers.get('retry-after')).toBe('5')
      expect(away.body.detail).toContain('answers 503')
      expect((await late.get('/v1/sources')).status).toBe(200)
      expect((await late.get('/v1/sources', { key: await issuer.sign({ iss: 'https://evil.example' }) })).status).toBe(401)
      issuer.outage = null
      time = 5_000
      expect((await late.get('/v1/sources', { key: token })).status).toBe(200)
      expect(problemOf(await late.get('/v1/sources', { key: await issuer.sign() }))).toEqual([401, 'UNAUTHENTICATED'])
    } finally {
      issuer.outage = null
      await late.close()
    }
  })

  it('is not accepted without a configured audience', async () => {
    await expect(startApi({ config: { INLET_OIDC_ISSUER: issuer.url } })).rejects.toThrow(EnvError)
  })
})
