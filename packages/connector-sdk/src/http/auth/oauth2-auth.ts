import { canonicalJson, sha256Hex } from '@inlet/domain'
import type { HttpClient, HttpRequest } from '../http-client.js'
import type { AuthSecrets } from './auth-spec.js'
import { type Authorizer, withCredentials } from './authorizer.js'
import { needSecret } from './check-auth-secrets.js'
import { createLocalTokens, type Renewed, type SharedTokens } from './shared-tokens.js'
import { createTokenCache } from './token-cache.js'
import { type OAuth2Spec, requestToken } from './token-request.js'

export interface OAuth2Options {
  readonly spec: OAuth2Spec
  readonly secrets: AuthSecrets
  readonly http: HttpClient
  readonly now: () => Date
  readonly signal?: AbortSignal | undefined
  /** `ctx.tokens`; without it, tokens and rotated secrets are kept in memory only. */
  readonly tokens?: SharedTokens<AuthSecrets> | undefined
}

/** OAuth 2 with client credentials or a refresh token: bearer tokens from the token endpoint, kept until half of their lifetime is over. */
export const createOAuth2Auth = (options: OAuth2Options): Authorizer => {
  const { spec, secrets, now } = options
  if (spec.kind === 'oauth2RefreshToken') needSecret(spec, secrets, 'refreshToken')
  const shared = options.tokens ?? createLocalTokens(secrets)
  const purpose = sha256Hex(canonicalJson({ ...spec }))
  const cache = createTokenCache((refused) => shared.get({ purpose, refused, renew: (current) => renew(options, current) }), now)
  return {
    authorize: async (request) => withCredentials(request, { authorization: bearer(await cache.get()) }),
    refused: (request) => cache.drop(tokenOf(request)),
  }
}

const renew = async (options: OAuth2Options, secrets: AuthSecrets): Promise<Renewed<AuthSecrets>> => {
  const { spec, http, now, signal } = options
  if (spec.kind === 'oauth2ClientCredentials') {
    const answer = await requestToken({ spec, secrets, http, now, signal, grant: { grant_type: 'client_credentials' } })
    return { token: { value: answer.accessToken, expiresInMs: answer.expiresInMs }, changed: null }
  }
  const refreshToken = needSecret(spec, secrets, 'refreshToken')
  // Without the signal: a request abandoned halfway may have used up the refresh token, and its successor would be lost.
  const answer = await requestToken({ spec, secrets, http, now, grant: { grant_type: 'refresh_token', refresh_token: refreshToken } })
  const replaced = answer.refreshToken !== null && answer.refreshToken !== refreshToken
  return {
    token: { value: answer.accessToken, expiresInMs: answer.expiresInMs },
    changed: replaced ? { refreshToken: answer.refreshToken } : null,
  }
}

const bearer = (token: string) => `Bearer ${token}`
const tokenOf = (request: HttpRequest) => request.headers?.['authorization']?.slice(bearer('').length) ?? ''
