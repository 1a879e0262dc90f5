// Agents that start with nothing but the server's address and a client of the issuer, and find their way to a token by themselves.
import { freePort } from '@inlet/db/embedded'
import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { ClientCredentialsProvider as ProviderOf2025 } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client as ClientOf2025 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportOf2025 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertRecords, newSource, startApi, type TestApi } from '../../testing/start-api.js'
import { openTokenIssuer, type TokenIssuer } from '../../testing/token-issuer.js'

let issuer: TokenIssuer
let api: TestApi
let passed = 0
beforeAll(async () => {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  issuer = await openTokenIssuer(() => `${publicUrl}/mcp`)
  api = await startApi({
    config: { PORT: port, INLET_OIDC_ISSUER: issuer.url, INLET_PUBLIC_URL: publicUrl, INLET_EGRESS_ALLOW: [issuer.allow] },
    tokenClock: { monotonic: () => performance.now() + passed, date: () => new Date(Date.now() + passed) },
    callTimeoutMs: 300,
  })
})
afterAll(async () => {
  await api.close()
  await issuer.close()
})

const client = { clientId: 'robot', clientSecret: 'canary-secret' }
const connect = {
  modern: () => {
    const authProvider = new ClientCredentialsProvider({ ...client, expectedIssuer: issuer.url })
    const one = new Client({ name: 'modern', version: '1' }, { versionNegotiation: { mode: 'auto' } })
    return open(one, new StreamableHTTPClientTransport(new URL('/mcp', api.url), { authProvider }))
  },
  /** A client without a user only requests the scopes of its settings. */
  legacy: (scope: string) => {
    const authProvider = new ProviderOf2025({ ...client, expectedIssuer: issuer.url, scope })
    return open(new ClientOf2025({ name: 'legacy', version: '1' }), new TransportOf2025(new URL('/mcp', api.url), { authProvider }))
  },
} as const

// oxlint-disable-next-line typescript/no-explicit-any -- two libraries with the same methods and other types
const open = async (one: any, transport: any) => {
  await one.connect(transport)
  return {
    call: (name: string, args: object) => one.callTool({ name, arguments: args }),
    tools: async () => (await one.listTools()).tools as { name: string }[],
    close: () => one.close(),
  }
}

const actors = async (action: string) =>
  (await api.database.pool.query(`SELECT DISTINCT actor, target_id FROM audit WHERE action = $1`, [action])).rows

describe('an official client', () => {
  it.each(['modern', 'legacy'] as const)('of the %s era gets a token for this server from its issuer, and an answer', async (era) => {
    const slug = `for-${era}`
    const { id } = (await api.post('/v1/sources', newSource({ slug }))).body
    await insertRecords(api.database, id, [{ key: 'a', title: 'Rate limits', text: 'about throttling' }])
    const agent = await connect[era]('inlet:read')
    const { structuredContent } = await agent.call('search', { q: 'throttling', source: [slug] })
    await agent.close()
    expect(structuredContent.hits).toMatchObject([{ data: { title: 'Rate limits' } }])
    expect(await actors('mcp.search')).toContainEqual({ actor: 'token:robot via robot', target_id: era === 'modern' ? 'modern' : 'node' })
  })

  it('gets a token with more scopes when a tool needs them, and only then', async () => {
    const slug = 'to-run'
    await api.post('/v1/sources', newSource({ slug }))
    const agent = await connect.modern()
    expect((await agent.tools()).map(({ name }) => name)).toContain('run_source')
    const { structuredContent } = await agent.call('run_source', { source: slug, idempotencyKey: 'run-it-once' })
    await agent.close()
    expect(structuredContent).toMatchObject({ started: true })
  })
})

describe('a token at /mcp', () => {
  const post = async (token: string | null, body: object = { jsonrpc: '2.0', id: 1, method: 'ping' }) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const response = await fetch(`${api.url}/mcp`, {
      method: 'POST',
      headers: { ...headers, ...(token !== null && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, says: response.headers.get('www-authenticate') ?? '', text }
  }
  const call = (name: string, args: object) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } })

  it('that is missing, wrong or without a scope is answered with which one to get, and where', async () => {
    const pointer = `resource_metadata="${api.url}/.well-known/oauth-protected-resource/mcp"`
    const [none, expired, empty] = [await post(null), await post(await issuer.sign({ exp: 1 })), await post(await issuer.sign({ scope: 'openid' }))]
    expect([none.status, expired.status, empty.status]).toEqual([401, 401, 403])
    for (const { says } of [none, expired, empty]) expect(says).toMatch(new RegExp(`scope="inlet:read", ${pointer}|${pointer}`, 'u'))
    expect([none.says, expired.says, empty.says].map((says) => /error="(\w+)"/u.exec(says)?.[1])).toEqual([
      undefined,
      'invalid_token',
      'insufficient_scope',
    ])
  })

  it('that may not use a tool gets the name of the required scope, and nothing happens', async () => {
    const { status, says } = await post(await issuer.sign(), call('run_source', { source: 'x', idempotencyKey: 'never-mind' }))
    expect(status).toBe(403)
    expect(says).toContain('error="insufficient_scope"')
    expect(says).toContain('scope="inlet:write"')
    expect(says).toContain(`resource_metadata="${api.url}/.well-known/oauth-protected-resource/mcp"`)
    expect((await actors('mcp.run_source')).filter(({ actor }) => actor === 'token:alice via agent')).toEqual([])
    const byKey = await post(api.keys.read, call('run_source', { source: 'x', idempotencyKey: 'never-mind' }))
    expect([byKey.status, byKey.says]).toEqual([200, ''])
    expect(byKey.text).toContain('not found')
  })

  it('ends its subscriptions when it expires, like a revoked key', async () => {
    const { id, key } = await api.addKey(['read'])
    const subscribe = async (bearer: string) => {
      const one = new Client({ name: 'listener', version: '1' }, { versionNegotiation: { mode: 'auto' } })
      const requestInit = { headers: { authorization: `Bearer ${bearer}` } }
      await one.connect(new StreamableHTTPClientTransport(new URL('/mcp', api.url), { requestInit }))
      return { closed: (await one.listen({ toolsListChanged: true })).closed, close: () => one.close() }
    }
    const [byKey, byToken] = [await subscribe(key), await subscribe(await issuer.sign())]
    await api.delete(`/v1/keys/${id}`)
    expect(await byKey.closed).toBe('remote')
    passed = 331_000
    expect(await byToken.closed).toBe('remote')
    passed = 0
    await Promise.all([byKey.close(), byToken.close()])
  })

  it('appears neither in the log nor in the database', async () => {
    const token = await issuer.sign({ scope: 'inlet:write' })
    await post(token, call('list_sources', {}))
    expect(api.logLines.join('\n')).not.toContain(token.split('.')[2])
    const { rows } = await api.database.pool.query(
      `SELECT (SELECT json_agg(a) FROM audit a)::text || (SELECT json_agg(e) FROM events e)::text AS stored`,
    )
    expect(rows[0].stored).not.toContain(token.split('.')[2])
  })
})
