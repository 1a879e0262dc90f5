import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HttpClient, HttpRequest, HttpResponse } from '../http-client.js'
import { type AuthSecrets, authSchema, authSecretsSchema } from './auth-spec.js'
import { type AuthOptions, createAuth } from './create-auth.js'

const now = () => new Date('2026-11-21T12:00:00Z')
const origin = 'https://api.test'

/** An HTTP client that answers from a function and remembers the requests it got. */
const scripted = (answer: (request: HttpRequest) => { status: number; body?: unknown }) => {
  const seen: HttpRequest[] = []
  const http: HttpClient = {
    request: async (request) => {
      seen.push(request)
      const { status, body } = answer(request)
      return { status, url: request.url, headers: {}, json: async () => body, discard: () => undefined } as unknown as HttpResponse
    },
  }
  return { http, seen }
}
const open = (spec: object, secrets: AuthOptions['secrets'], answer = scripted(() => ({ status: 200 })), rest: Partial<AuthOptions> = {}) => ({
  auth: createAuth({ spec: authSchema.parse(spec), secrets, http: answer.http, now, origin, ...rest }),
  seen: answer.seen,
})
const reasonOf = (work: () => unknown) =>
  Promise.resolve()
    .then(work)
    .then(
      () => 'fine',
      (error: { reason: string }) => error.reason,
    )

describe('credentials that do not change', () => {
  it.each([
    [{ kind: 'none' }, {}, {}],
    [{ kind: 'apiKey' }, { apiKey: 'k' }, { 'X-Api-Key': 'k' }],
    [{ kind: 'apiKey', name: 'Authorization', prefix: 'Token ' }, { apiKey: 'k' }, { Authorization: 'Token k' }],
    [{ kind: 'bearer' }, { token: 't' }, { authorization: 'Bearer t' }],
    [{ kind: 'basic' }, { username: 'ü', password: 'p:w' }, { authorization: `Basic ${Buffer.from('ü:p:w').toString('base64')}` }],
    [{ kind: 'basic' }, { username: 'key' }, { authorization: `Basic ${Buffer.from('key:').toString('base64')}` }],
  ])('%j sends %j', async (spec, secrets, headers) => {
    const { auth, seen } = open(spec, secrets)
    await auth.send({ url: `${origin}/x`, headers: { a: 'b' } })
    expect(seen[0]?.headers).toEqual({ a: 'b', ...headers })
    expect(seen[0]?.credentialHeaders ?? []).toEqual(Object.keys(headers))
  })
  it('puts a key into the query', async () => {
    const { auth, seen } = open({ kind: 'apiKey', in: 'query', name: 'key' }, { apiKey: 'a b&c' })
    await auth.send({ url: `${origin}/x?page=2&key=old` })
    expect(seen[0]?.url).toBe(`${origin}/x?page=2&key=a+b%26c`)
  })
  it.each(['https://other.test/x', 'http://api.test/x', 'https://api.test:444/x'])('sends nothing to %s', async (url) => {
    const { auth, seen } = open({ kind: 'bearer' }, { token: 't' })
    await auth.send({ url })
    expect(seen[0]?.headers).toBeUndefined()
  })
  it.each([
    [{ kind: 'apiKey' }],
    [{ kind: 'bearer' }],
    [{ kind: 'basic' }],
    [{ kind: 'hmac' }],
    [{ kind: 'oauth2RefreshToken', tokenUrl: 'https://idp.test' }],
  ])('%j without its secret is refused', async (spec) => {
    expect(await reasonOf(() => open(spec, {}))).toBe('VALIDATION_FAILED')
  })
})

describe('HMAC', () => {
  it('signs what is sent', async () => {
    const spec = {
      kind: 'hmac',
      prefix: 'v1=',
      timestampFormat: 'epochMillis',
      keyId: 'me',
      keyIdHeader: 'X-Key',
      template: '{method} {pathWithQuery} {timestamp} {body}',
    }
    const { auth, seen } = open(spec, { hmacSecret: 's' })
    await auth.send({ url: `${origin}/x?a=1`, method: 'POST', body: { b: 2 } })
    const signature = createHmac('sha256', 's').update(`POST /x?a=1 ${now().getTime()} {"b":2}`).digest('hex')
    expect(seen[0]).toMatchObject({
      body: '{"b":2}',
      headers: { 'X-Signature': `v1=${signature}`, 'X-Timestamp': String(now().getTime()), 'X-Key': 'me', 'content-type': 'application/json' },
    })
  })
  it('offers sha512, base64, other times and a hash of the body', async () => {
    const spec = {
      kind: 'hmac',
      algorithm: 'sha512',
      encoding: 'base64',
      timestampFormat: 'iso',
      template: '{host}{path}{query}{timestamp}{bodySha256}',
    }
    const { auth, seen } = open(spec, { hmacSecret: 's' })
    await auth.send({ url: `${origin}/x?q` })
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    expect(seen[0]?.headers?.['X-Signature']).toBe(createHmac('sha512', 's').update(`api.test/xq2026-11-21T12:00:00.000Z${empty}`).digest('base64'))
  })
  it('refuses an unknown placeholder', () => {
    expect(authSchema.safeParse({ kind: 'hmac', template: '{metod}' }).success).toBe(false)
  })
})

describe('OAuth 2', () => {
  const spec = { kind: 'oauth2ClientCredentials', tokenUrl: 'https://idp.test/token', clientId: 'id', scope: 'read' }
  const secrets = { clientSecret: 's e+c' }
  const idp = (answers: object[], api: (token: string) => number = () => 200) =>
    scripted((request) =>
      request.url.startsWith('https://idp.test')
        ? { status: 200, body: answers.length > 1 ? answers.shift() : answers[0] }
        : { status: api(request.headers?.['authorization'] ?? '') },
    )
  const tokenRequests = (seen: readonly HttpRequest[]) => seen.filter((request) => request.url.startsWith('https://idp.test'))

  const formOf = (request: HttpRequest | undefined) => new URLSearchParams(typeof request?.body === 'string' ? request.body : '')

  it('gets one token for many requests, however many wait for it', async () => {
    const { auth, seen } = open(spec, secrets, idp([{ access_token: 'a', expires_in: 3600 }]))
    await Promise.all(Array.from({ length: 5 }, () => auth.send({ url: `${origin}/x` })))
    await auth.send({ url: `${origin}/x` })
    expect(tokenRequests(seen)).toHaveLength(1)
    expect(tokenRequests(seen)[0]).toMatchObject({
      method: 'POST',
      body: 'grant_type=client_credentials&scope=read',
      maxRedirects: 0,
      headers: { authorization: `Basic ${Buffer.from('id:s+e%2Bc').toString('base64')}` },
    })
    expect(seen.at(-1)?.headers).toEqual({ authorization: 'Bearer a' })
  })
  it('can send the secret in the form', async () => {
    const { auth, seen } = open({ ...spec, clientAuth: 'post', params: { audience: 'x' } }, secrets, idp([{ access_token: 'a' }]))
    await auth.send({ url: `${origin}/x` })
    expect(formOf(tokenRequests(seen)[0]).toString()).toBe('audience=x&grant_type=client_credentials&scope=read&client_id=id&client_secret=s+e%2Bc')
  })
  it('renews at half of the lifetime, and keeps using the old token while the server is down', async () => {
    const clock = { ms: 0 }
    const state = { status: 200, n: 0 }
    const client = scripted((request) =>
      request.url.startsWith('https://idp') ? { status: state.status, body: { access_token: `t${++state.n}`, expires_in: 100 } } : { status: 200 },
    )
    const { auth, seen } = open(spec, secrets, client, { now: () => new Date(clock.ms) })
    const tokenAt = async (ms: number) => {
      clock.ms = ms
      await auth.send({ url: `${origin}/x` })
      return seen.at(-1)?.headers?.['authorization']
    }
    expect(await tokenAt(0)).toBe('Bearer t1')
    expect(await tokenAt(49_000)).toBe('Bearer t1')
    expect(await tokenAt(51_000)).toBe('Bearer t2')
    state.status = 503
    expect(await tokenAt(120_000)).toBe('Bearer t2')
    expect(await reasonOf(() => tokenAt(160_000))).toBe('UPSTREAM_ERROR')
  })
  it('renews once after a 401 and accepts the second one', async () => {
    const good = open(
      spec,
      secrets,
      idp([{ access_token: 'old' }, { access_token: 'new' }], (token) => (token === 'Bearer new' ? 200 : 401)),
    )
    expect((await good.auth.send({ url: `${origin}/x` })).status).toBe(200)
    const bad = open(
      spec,
      secrets,
      idp([{ access_token: 'old' }], () => 401),
    )
    expect((await bad.auth.send({ url: `${origin}/x` })).status).toBe(401)
    expect(bad.seen).toHaveLength(4)
  })
  it.each([
    [401, { error: 'invalid_client' }, 'AUTH_FAILED'],
    [400, { error: 'invalid_grant', error_description: 'hunter2' }, 'AUTH_FAILED'],
    [400, { error: 'invalid_scope' }, 'PERMISSION_DENIED'],
    [400, { error: 'unauthorized_client' }, 'PERMISSION_DENIED'],
    [429, {}, 'RATE_LIMITED'],
    [500, {}, 'UPSTREAM_ERROR'],
    [404, {}, 'NOT_FOUND_UPSTREAM'],
    [302, {}, 'UPSTREAM_INVALID'],
    [200, {}, 'UPSTREAM_INVALID'],
    [200, { access_token: 5 }, 'UPSTREAM_INVALID'],
  ])('a token endpoint that answers %i %j is %s', async (status, body, reason) => {
    const { auth } = open(
      spec,
      secrets,
      scripted(() => ({ status, body })),
    )
    expect(await reasonOf(() => auth.send({ url: `${origin}/x` }))).toBe(reason)
  })
  it('sends nothing before a rotated refresh token is stored', async () => {
    const stored: string[] = []
    const failing = { now: true }
    let secretsNow: AuthSecrets & { refreshToken: string } = { ...secrets, refreshToken: 'r1' }
    const client = idp([
      { access_token: 'a1', refresh_token: 'r2' },
      { access_token: 'a2', refresh_token: 'r3' },
    ])
    const { auth, seen } = open({ ...spec, kind: 'oauth2RefreshToken' }, { ...secrets, refreshToken: 'r1' }, client, {
      tokens: {
        get: async ({ renew }) => {
          const { token, changed } = await renew(secretsNow)
          secretsNow = { ...secretsNow, ...changed, refreshToken: changed?.refreshToken ?? secretsNow.refreshToken }
          if (failing.now) throw Object.assign(new Error('disk full'), { reason: 'STORE' })
          stored.push(secretsNow.refreshToken)
          return token
        },
      },
    })
    expect(await reasonOf(() => auth.send({ url: `${origin}/x` }))).toBe('STORE')
    expect(seen).toHaveLength(1)
    failing.now = false
    await auth.send({ url: `${origin}/x` })
    expect(stored).toEqual(['r3'])
    expect(tokenRequests(seen).map((request) => formOf(request).get('refresh_token'))).toEqual(['r1', 'r2'])
    expect(seen.at(-1)?.headers).toEqual({ authorization: 'Bearer a2' })
  })
  it('keeps a rotated refresh token in memory where nothing can be stored', async () => {
    const clock = { ms: 0 }
    const client = idp([
      { access_token: 'a1', refresh_token: 'r2', expires_in: 100 },
      { access_token: 'a2', expires_in: 100 },
    ])
    const refreshing = { ...spec, kind: 'oauth2RefreshToken' }
    const { auth, seen } = open(refreshing, { ...secrets, refreshToken: 'r1' }, client, { now: () => new Date(clock.ms) })
    for (const ms of [0, 60_000, 120_000]) {
      clock.ms = ms
      await auth.send({ url: `${origin}/x` })
    }
    expect(tokenRequests(seen).map((request) => formOf(request).get('refresh_token'))).toEqual(['r1', 'r2', 'r2'])
  })
  it('names the token that was refused, and the purpose it is for', async () => {
    const requests: object[] = []
    const tokens: AuthOptions['tokens'] = {
      get: async ({ purpose, refused }) => {
        requests.push({ purpose, refused })
        return { value: refused === null ? 'old' : 'new', expiresInMs: null }
      },
    }
    const client = scripted((request) => ({ status: request.headers?.['authorization'] === 'Bearer new' ? 200 : 401 }))
    for (const scope of ['read', 'read', 'write'])
      expect((await open({ ...spec, scope }, secrets, client, { tokens }).auth.send({ url: `${origin}/x` })).status).toBe(200)
    const [first, , , , other] = requests as { purpose: string }[]
    expect(requests).toEqual([first, { ...first, refused: 'old' }, first, { ...first, refused: 'old' }, other, { ...other, refused: 'old' }])
    expect(other?.purpose).not.toBe(first?.purpose)
  })
  it('stops waiting for a token when cancelled', async () => {
    const http: HttpClient = { request: () => new Promise(() => undefined) }
    const auth = createAuth({ spec: authSchema.parse(spec), secrets, http, now, origin })
    const controller = new AbortController()
    const sent = auth.send({ url: `${origin}/x`, signal: controller.signal })
    controller.abort()
    expect(await reasonOf(() => sent)).toBe('CANCELLED')
  })
})

it.each(['apiKey', 'token'])('a secret that no header can hold is refused where it is stored: %s', (name) => {
  for (const text of ['a\r\nX-B: c', 'a\u0000', 'ключ']) expect(authSecretsSchema.safeParse({ [name]: text }).success).toBe(false)
  expect(authSecretsSchema.safeParse({ [name]: 'a b/c=' }).success).toBe(true)
})
