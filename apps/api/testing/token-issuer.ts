import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose'

type SigningKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey']

interface Signing {
  readonly header?: Partial<JWTHeaderParameters>
  readonly key?: SigningKey | Uint8Array
}

/** A minimal issuer of access tokens: metadata, keys, and a token endpoint for clients with the secret `canary-secret`. */
export interface TokenIssuer {
  readonly url: string
  /** For INLET_EGRESS_ALLOW. */
  readonly allow: string
  /** Paths that were requested. */
  readonly seen: string[]
  /** Status of every response during an outage; null: responds normally. */
  outage: number | null
  /** A path that responds with 404. */
  hidden: string | null
  /** Members that replace those of the metadata. */
  metadata: object
  /** Signs a token with these claims; undefined omits one. */
  sign(claims?: object, signing?: Signing): Promise<string>
  /** Signs with a new key from now on, and forgets the previous one. */
  rotate(): Promise<void>
  publicKey(): JWK
  close(): Promise<void>
}

export const openTokenIssuer = async (audience: () => string, path = ''): Promise<TokenIssuer> => {
  let round = 0
  const make = async () => {
    const pair = await generateKeyPair('ES256', { extractable: true })
    round += 1
    const kid = `key-${round}`
    return { kid, privateKey: pair.privateKey, jwk: { ...(await exportJWK(pair.publicKey)), kid, use: 'sig' } }
  }
  let current = await make()
  const metadataOf = () => ({
    issuer: issuer.url,
    jwks_uri: `${issuer.url}/jwks`,
    authorization_endpoint: `${issuer.url}/authorize`,
    token_endpoint: `${issuer.url}/token`,
    response_types_supported: ['code'],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    code_challenge_methods_supported: ['S256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    ...issuer.metadata,
  })
  const issueToken = async (request: IncomingMessage): Promise<readonly [number, object]> => {
    const form = new URLSearchParams(await text(request))
    const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /u, ''), 'base64').toString()
    if (!`${basic} ${form.get('client_secret')}`.includes('canary-secret')) return [401, { error: 'invalid_client' }]
    const scope = form.get('scope') ?? ''
    const token = await issuer.sign({ aud: form.get('resource') ?? 'nobody', scope, sub: 'robot', client_id: 'robot' })
    return [200, { access_token: token, token_type: 'Bearer', expires_in: 300, scope }]
  }
  const answer = async (request: IncomingMessage, where: string): Promise<readonly [number, object]> => {
    if (issuer.outage !== null) return [issuer.outage, {}]
    if (where === issuer.hidden) return [404, {}]
    if (where === `${path}/.well-known/openid-configuration` || where === `/.well-known/oauth-authorization-server${path}`) return [200, metadataOf()]
    if (where === `${path}/jwks`) return [200, { keys: [current.jwk] }]
    return where === `${path}/token` ? issueToken(request) : [404, {}]
  }
  const server = createServer((request, response) => {
    const where = (request.url ?? '').split('?', 1)[0] ?? ''
    issuer.seen.push(where)
    answer(request, where)
      .then(([status, body]) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)))
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer: TokenIssuer = {
    url: `http://127.0.0.1:${port}${path}`,
    allow: `127.0.0.1:${port}`,
    seen: [],
    outage: null,
    hidden: null,
    metadata: {},
    sign(claims = {}, { header = {}, key = current.privateKey } = {}) {
      const now = Math.floor(Date.now() / 1_000)
      const all = { iss: issuer.url, aud: audience(), sub: 'alice', client_id: 'agent', scope: 'inlet:read', iat: now, exp: now + 300, ...claims }
      return new SignJWT({ ...all }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: current.kid, ...header }).sign(key)
    },
    async rotate() {
      current = await make()
    },
    publicKey: () => current.jwk,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return issuer
}
