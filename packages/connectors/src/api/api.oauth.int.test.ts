import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Failure } from '@inlet/connector-sdk'
import { createTestContext, serveHttp } from '@inlet/connector-sdk/testing'
import { afterEach, describe, expect, it } from 'vitest'
import api from './index.js'

interface Token {
  readonly scope?: string
  destroy(): Promise<void>
}
interface OidcProvider {
  callback(): (request: unknown, response: unknown) => void
  on(event: string, listener: (token: unknown) => void): void
  readonly ClientCredentials: { find(token: string): Promise<Token | undefined> }
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A certified OpenID provider, and an API that asks it about every token. */
const openFixture = async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // A variable, because the package ships no types.
  const packageName: string = 'oidc-provider'
  const { Provider } = (await import(packageName)) as { Provider: new (issuer: string, options: object) => OidcProvider }
  const client = { client_id: 'inlet', client_secret: 'canary-secret-1', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
  const provider = new Provider(issuer, {
    clients: [{ ...client, scope: 'read' }],
    scopes: ['read'],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    ttl: { ClientCredentials: 600 },
  })
  server.on('request', provider.callback())
  const state = { tokens: 0, revokeAfter: Number.POSITIVE_INFINITY, requests: 0 }
  provider.on('client_credentials.saved', () => state.tokens++)
  const resource = await serveHttp((request, response) => {
    const answer = async () => {
      const token = await provider.ClientCredentials.find(request.headers.authorization?.replace('Bearer ', '') ?? '')
      if (token !== undefined && ++state.requests === state.revokeAfter) await token.destroy()
      const page = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('page'))
      response.writeHead(token === undefined ? 401 : 200).end(JSON.stringify(page > 5 ? [] : [{ id: page }]))
    }
    void answer()
  })
  closers.push(
    () => resource.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  )
  const run = async (secret: string, auth: object = {}) => {
    const ctx = await createTestContext({
      connector: api,
      config: {
        url: resource.url,
        auth: { kind: 'oauth2ClientCredentials', tokenUrl: `${issuer}/token`, clientId: 'inlet', scope: 'read', ...auth },
        streams: [{ name: 'items', path: '/items', keyFields: ['id'], pagination: { kind: 'page' } }],
        requestsPerMinute: 60_000,
        retries: 0,
      },
      secrets: { clientSecret: secret },
      allow: ['127.0.0.1'],
    })
    closers.push(() => ctx.close())
    const connection = await api.connect(ctx)
    const keys: unknown[] = []
    for await (const page of api.read(connection, { stream: 'items', cursor: null, signal: ctx.signal }))
      keys.push(...page.records.map((record) => record.key))
    return keys
  }
  return { run, state }
}

describe('OAuth 2 client credentials against oidc-provider', () => {
  it.each(['basic', 'post'])('reads a whole list with one token, by %s', async (clientAuth) => {
    const { run, state } = await openFixture()
    expect(await run('canary-secret-1', { clientAuth })).toEqual([1, 2, 3, 4, 5])
    expect(state.tokens).toBe(1)
  })
  it('gets a new token when the server revokes the first one', async () => {
    const { run, state } = await openFixture()
    state.revokeAfter = 3
    expect(await run('canary-secret-1')).toEqual([1, 2, 3, 4, 5])
    expect(state.tokens).toBe(2)
  })
  it('distinguishes a wrong secret from everything else', async () => {
    const { run, state } = await openFixture()
    const failure = await run('wrong-secret-99').then(
      () => expect.fail('it succeeded'),
      (error: unknown) => error as Failure,
    )
    expect(failure).toMatchObject({ reason: 'AUTH_FAILED' })
    expect(failure.message).toContain('invalid_client')
    expect(failure.message).not.toContain('wrong-secret-99')
    expect(state.tokens).toBe(0)
  })
})
