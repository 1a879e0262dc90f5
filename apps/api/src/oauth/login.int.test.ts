// Agents that know nothing but the address of /mcp: they find the issuer, register there, and have their user log in (authorization code with PKCE).
import { createHash, randomBytes } from 'node:crypto'
import { freePort } from '@inlet/db/embedded'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientOf2025 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportOf2025 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LoginProvider, openLoginProvider } from '../../testing/login-provider.js'
import { insertRecords, newSource, startApi, type TestApi } from '../../testing/start-api.js'

const REDIRECT = 'http://127.0.0.1:1/callback'
let provider: LoginProvider
let api: TestApi
let passed = 0
beforeAll(async () => {
  provider = await openLoginProvider(['by-hand'], REDIRECT)
  const port = await freePort()
  api = await startApi({
    config: {
      PORT: port,
      INLET_OIDC_ISSUER: provider.issuer,
      INLET_PUBLIC_URL: `http://127.0.0.1:${port}`,
      INLET_EGRESS_ALLOW: [provider.allow],
    },
    tokenClock: { monotonic: () => performance.now() + passed, date: () => new Date(Date.now() + passed) },
    callTimeoutMs: 300,
  })
  const { id } = (await api.post('/v1/sources', newSource({ slug: 'handbook' }))).body
  await insertRecords(api.database, id, [{ key: 'a', title: 'Rate limits', text: 'about throttling' }])
})
afterAll(async () => {
  await api.close()
  await provider.close()
})

/** What a client keeps between its requests, in memory; `sent` is where it has sent its user. */
const createMemory = () => {
  // oxlint-disable-next-line typescript/no-explicit-any -- two libraries with the same shapes and other types
  const kept: Record<string, any> = {}
  const sent: URL[] = []
  return {
    sent,
    kept,
    redirectUrl: REDIRECT,
    clientMetadata: {
      client_name: 'an assistant',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    clientInformation: () => kept['client'],
    saveClientInformation: (client: unknown) => void (kept['client'] = client),
    tokens: () => kept['tokens'],
    saveTokens: (tokens: unknown) => void (kept['tokens'] = tokens),
    redirectToAuthorization: (address: URL) => void sent.push(address),
    saveCodeVerifier: (verifier: string) => void (kept['verifier'] = verifier),
    codeVerifier: () => kept['verifier'],
    saveDiscoveryState: (found: unknown) => void (kept['discovery'] = found),
    discoveryState: () => kept['discovery'],
  }
}
type Memory = ReturnType<typeof createMemory>

// oxlint-disable-next-line typescript/no-explicit-any -- two libraries with the same methods and other types
const create: Record<'modern' | 'legacy', (authProvider: any) => { client: any; transport: any }> = {
  modern: (authProvider) => ({
    client: new Client({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } }),
    transport: new StreamableHTTPClientTransport(new URL('/mcp', api.url), { authProvider }),
  }),
  legacy: (authProvider) => ({
    client: new ClientOf2025({ name: 'legacy', version: '1' }),
    transport: new TransportOf2025(new URL('/mcp', api.url), { authProvider }),
  }),
}
type Era = keyof typeof create

/** Has the user log in wherever the client sent them, and gives the client what they bring back. */
const bringBack = async (era: Era, memory: Memory, login: string): Promise<URL> => {
  const address = memory.sent.at(-1)
  if (address === undefined) throw new Error('the client sent its user nowhere')
  const back = await provider.authorize(address, login)
  const { transport } = create[era](memory)
  await (era === 'modern' ? transport.finishAuth(back.searchParams) : transport.finishAuth(back.searchParams.get('code')))
  await transport.close()
  return address
}

const connect = async (era: Era, memory: Memory) => {
  const { client, transport } = create[era](memory)
  await client.connect(transport)
  return client
}

const logIn = async (era: Era, login: string, memory = createMemory()): Promise<{ readonly memory: Memory; readonly address: URL }> => {
  await expect(connect(era, memory)).rejects.toThrow(/unauthorized/iu)
  return { memory, address: await bringBack(era, memory, login) }
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
const post = async (token: string, method = 'ping', params: object = {}) => {
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${token}` }
  const response = await fetch(`${api.url}/mcp`, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) })
  await response.text()
  return { status: response.status, says: response.headers.get('www-authenticate') ?? '' }
}

describe.each(['modern', 'legacy'] as const)('a client of the %s era that knows only the address', (era) => {
  it('finds the issuer, has its user log in there, and searches in their name', async () => {
    const login = `ann-${era}`
    const { memory, address } = await logIn(era, login)
    expect(address.origin).toBe(provider.issuer)
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      resource: `${api.url}/mcp`,
      scope: 'inlet:read',
      code_challenge_method: 'S256',
    })
    const client = await connect(era, memory)
    const { structuredContent } = await client.callTool({ name: 'search', arguments: { q: 'throttling' } })
    await client.close()
    expect(structuredContent.hits).toMatchObject([{ data: { title: 'Rate limits' } }])
    expect(claimsOf(memory.kept['tokens'].access_token)).toMatchObject({ sub: login, aud: `${api.url}/mcp`, scope: 'inlet:read' })
    const { rows } = await api.database.pool.query(`SELECT DISTINCT actor FROM audit WHERE action = 'mcp.search' AND actor LIKE $1`, [`%${login}%`])
    expect(rows).toEqual([{ actor: `token:${login} via ${memory.kept['client'].client_id}` }])
  })
})

describe('a tool that needs more than the user has agreed to', () => {
  it('sends the user to the issuer once more, with the scope that is missing, and then runs', async () => {
    const registered = createMemory()
    registered.kept['client'] = { client_id: 'by-hand' }
    const { memory } = await logIn('modern', 'bob', registered)
    const client = await connect('modern', memory)
    const run = { name: 'run_source', arguments: { source: 'handbook', idempotencyKey: 'once-and-only' } }
    await expect(client.callTool(run)).rejects.toThrow(/unauthorized/iu)
    await client.close()
    const address = await bringBack('modern', memory, 'bob')
    expect((address.searchParams.get('scope') ?? '').split(' ')).toContain('inlet:write')
    const again = await connect('modern', memory)
    const { structuredContent } = await again.callTool(run)
    expect(structuredContent).toMatchObject({ runId: expect.any(String) })
    expect((await again.callTool({ name: 'search', arguments: { q: 'throttling' } })).structuredContent.hits).toHaveLength(1)
    await again.close()
  })

  it('is refused with 403, and does nothing', async () => {
    const { memory } = await logIn('modern', 'carol')
    const { status, says } = await post(memory.kept['tokens'].access_token, 'tools/call', {
      name: 'run_source',
      arguments: { source: 'handbook', idempotencyKey: 'never-at-all' },
    })
    expect([status, /error="(\w+)"/u.exec(says)?.[1], /scope="([^"]+)"/u.exec(says)?.[1]]).toEqual([403, 'insufficient_scope', 'inlet:write'])
    expect(says).toContain(`resource_metadata="${api.url}/.well-known/oauth-protected-resource/mcp"`)
  })
})

describe('a token of the issuer that is', () => {
  const pointer = () => `resource_metadata="${api.url}/.well-known/oauth-protected-resource/mcp"`

  it('for another server gets 401 and where to get the right one', async () => {
    const { memory } = await logIn('modern', 'dora')
    const { client_id: clientId } = memory.kept['client']
    const verifier = randomBytes(32).toString('base64url')
    const address = new URL('/auth', provider.issuer)
    address.search = new URLSearchParams({
      client_id: clientId,
      response_type: 'code',
      redirect_uri: REDIRECT,
      scope: 'inlet:read',
      resource: 'https://other.example/mcp',
      code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    }).toString()
    const code = (await provider.authorize(address, 'dora')).searchParams.get('code') ?? ''
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      client_id: clientId,
      code_verifier: verifier,
      resource: 'https://other.example/mcp',
    })
    const { access_token: foreign } = (await (await fetch(`${provider.issuer}/token`, { method: 'POST', body })).json()) as { access_token: string }
    expect(claimsOf(foreign)).toMatchObject({ iss: provider.issuer, aud: 'https://other.example/mcp' })
    const { status, says } = await post(foreign)
    expect([status, /error="(\w+)"/u.exec(says)?.[1]]).toEqual([401, 'invalid_token'])
    expect(says).toContain(pointer())
  })

  it('expired gets 401, and its client sends the user to log in again', async () => {
    const { memory } = await logIn('modern', 'erik')
    passed = 331_000
    try {
      const { status, says } = await post(memory.kept['tokens'].access_token)
      expect([status, /error="(\w+)"/u.exec(says)?.[1]]).toEqual([401, 'invalid_token'])
      expect(says).toContain(pointer())
      const before = memory.sent.length
      await expect(connect('modern', memory)).rejects.toThrow(/unauthorized/iu)
      expect(memory.sent).toHaveLength(before + 1)
    } finally {
      passed = 0
    }
  })
})
