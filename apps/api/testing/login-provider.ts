import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A certified OpenID provider with a login page, for clients that register themselves; its tokens are for the resource that a client names. */
export interface LoginProvider {
  readonly issuer: string
  /** For INLET_EGRESS_ALLOW. */
  readonly allow: string
  /** Follows the address to which a client sends its user: logs in as `login`, consents, and returns where the user is sent back to, with the code. */
  authorize(address: URL, login: string): Promise<URL>
  close(): Promise<void>
}

interface Provider {
  callback(): (request: unknown, response: unknown) => void
}

const SCOPES = 'inlet:read inlet:write inlet:publish'
const MAX_STEPS = 12

/** `clients` are registered by hand, for all scopes and this redirect address. The caller closes it. */
export const openLoginProvider = async (clients: readonly string[], redirect: string): Promise<LoginProvider> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${port}`
  // A variable, since the package has no types.
  const packageName: string = 'oidc-provider'
  const { Provider } = (await import(packageName)) as { Provider: new (issuer: string, options: object) => Provider }
  const provider = new Provider(issuer, {
    cookies: { keys: ['of-this-test'] },
    clients: clients.map((id) => ({
      client_id: id,
      redirect_uris: [redirect],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      scope: `openid ${SCOPES}`,
    })),
    scopes: ['openid', 'offline_access', ...SCOPES.split(' ')],
    ttl: { AccessToken: 300, Session: 600, Interaction: 600, Grant: 600 },
    features: {
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => ({
          scope: SCOPES,
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  })
  server.on('request', provider.callback())
  return {
    issuer,
    allow: `127.0.0.1:${port}`,
    authorize: (address, login) => browse(address, { issuer, login }),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a browser does: it keeps cookies, follows redirects as long as they stay at the provider, and submits its forms. */
const browse = async (start: URL, { issuer, login }: { readonly issuer: string; readonly login: string }): Promise<URL> => {
  const cookies = new Map<string, string>()
  let address = start
  let form: URLSearchParams | null = null
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (!address.href.startsWith(issuer)) return address
    const response: Response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === null ? {} : { method: 'POST', body: form }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? []
      cookies.set(name, value)
    }
    const to = response.headers.get('location')
    const page = await response.text()
    const action = /<form[^>]* action="([^"]+)"/u.exec(page)?.[1]
    if (to === null && action === undefined) throw new Error(`the provider answers ${response.status}: ${page.slice(0, 2_000)}`)
    form = to === null ? new URLSearchParams({ prompt: /name="prompt" value="(\w+)"/u.exec(page)?.[1] ?? '', login, password: 'x' }) : null
    address = new URL(to ?? action ?? '', address)
  }
  throw new Error('the provider leads in a circle')
}
