import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveHttp } from '@inlet/connector-sdk/testing'

interface StoredToken {
  readonly clientId: string
  readonly expiration: number
  destroy(): Promise<void>
  save(): Promise<string>
}
interface Model {
  new (properties: object): StoredToken & { addOIDCScope(scope: string): void }
  find(value: string): Promise<StoredToken | undefined>
}
interface Provider {
  callback(): (request: unknown, response: unknown) => void
  on(event: string, listener: (subject: unknown, error?: unknown) => void): void
  readonly Client: { find(id: string): Promise<object> }
  readonly Grant: Model
  readonly AccessToken: Model
  readonly ClientCredentials: Model
  readonly RefreshToken: Model
}

export interface OidcFixture {
  readonly tokenUrl: string
  /** An API with the stream /items in three pages, which requires a token that is valid at that moment. */
  readonly apiUrl: string
  /** Returns a refresh token of a new grant, as after a user's consent. */
  grant(): Promise<string>
  /** Revokes the tokens issued so far, except refresh tokens. */
  revokeAccess(): Promise<void>
  /** Called before the API answers each request. */
  beforeAnswer: (page: number) => Promise<void>
  /** How often tokens were issued or refused, and how many API requests had no valid token. */
  readonly seen: { issued: number; refused: string[]; unauthorized: number }
  close(): Promise<void>
}

/**
 * Opens a certified OpenID provider that rotates refresh tokens and revokes the grant when one is used twice, and an API that asks it about every
 * token. The caller closes it.
 */
export const openOidcFixture = async (options: { readonly accessTokenSeconds?: number } = {}): Promise<OidcFixture> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // A variable, since the package has no types.
  const packageName: string = 'oidc-provider'
  const { Provider } = (await import(packageName)) as { Provider: new (issuer: string, options: object) => Provider }
  const seconds = options.accessTokenSeconds ?? 600
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'inlet',
        client_secret: 'canary-client-secret',
        grant_types: ['client_credentials', 'refresh_token', 'authorization_code'],
        redirect_uris: ['https://client.test/cb'],
        response_types: ['code'],
        scope: 'openid offline_access read',
      },
    ],
    scopes: ['openid', 'offline_access', 'read'],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    ttl: { ClientCredentials: seconds, AccessToken: seconds, RefreshToken: 86_400, Grant: 86_400, IdToken: 600 },
    rotateRefreshToken: true,
  })
  server.on('request', provider.callback())
  const live: StoredToken[] = []
  const seen = { issued: 0, refused: [] as string[], unauthorized: 0 }
  for (const kind of ['access_token', 'client_credentials'])
    provider.on(`${kind}.saved`, (token) => {
      seen.issued += 1
      live.push(token as StoredToken)
    })
  provider.on(
    'grant.error',
    (_context, error) => void seen.refused.push((error as { error_description?: string }).error_description ?? String(error)),
  )

  const fixture = { beforeAnswer: async (_page: number) => {} }
  const resource = await serveHttp((request, response) => {
    const answer = async () => {
      const page = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('page'))
      await fixture.beforeAnswer(page)
      const value = request.headers.authorization?.replace('Bearer ', '') ?? ''
      const token = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value))
      if (token === undefined) seen.unauthorized += 1
      response.writeHead(token === undefined ? 401 : 200).end(JSON.stringify(page > 3 ? [] : [{ id: page }]))
    }
    answer().catch(() => response.destroy())
  })
  return Object.assign(fixture, {
    tokenUrl: `${issuer}/token`,
    apiUrl: resource.url,
    seen,
    async grant() {
      const grant = new provider.Grant({ accountId: 'ann', clientId: 'inlet' })
      grant.addOIDCScope('openid offline_access read')
      const client = await provider.Client.find('inlet')
      const token = { accountId: 'ann', client, grantId: await grant.save(), gty: 'authorization_code', scope: 'openid offline_access read' }
      return new provider.RefreshToken(token).save()
    },
    async revokeAccess() {
      for (const token of live.splice(0)) await token.destroy()
    },
    async close() {
      await resource.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
