import type { HttpClient, HttpRequest } from '../http-client.js'
import type { AuthSecrets } from './auth-spec.js'
import { type Authorizer, withCredentials } from './authorizer.js'
import { needSecret } from './check-auth-secrets.js'
import { createTokenCache } from './token-cache.js'
import { type OAuth2Spec, requestToken } from './token-request.js'

/** What must be stored before it is used, because the one before it may have become worthless. */
export interface RotatedTokens {
  readonly refreshToken: string
}

export interface OAuth2Options {
  readonly spec: OAuth2Spec
  readonly secrets: AuthSecrets
  readonly http: HttpClient
  readonly now: () => Date
  readonly signal?: AbortSignal | undefined
  /** Awaited before the tokens of a rotation are used; when it rejects, nothing is sent and it is called again next time. */
  readonly onTokens?: ((tokens: RotatedTokens) => Promise<void>) | undefined
}

/** OAuth 2 by client credentials or refresh token: Bearer tokens from the token endpoint, kept until half of their life is over. */
export const createOAuth2Auth = (options: OAuth2Options): Authorizer => {
  const { spec, secrets, now } = options
  const rotation = { refreshToken: spec.kind === 'oauth2RefreshToken' ? needSecret(spec, secrets, 'refreshToken') : null, isStored: true }
  const store = async () => {
    if (rotation.isStored || rotation.refreshToken === null) return
    await options.onTokens?.({ refreshToken: rotation.refreshToken })
    rotation.isStored = true
  }
  const fetchToken = async () => {
    await store()
    const grant =
      rotation.refreshToken === null ? { grant_type: 'client_credentials' } : { grant_type: 'refresh_token', refresh_token: rotation.refreshToken }
    const answer = await requestToken({ ...options, grant })
    if (rotation.refreshToken !== null && answer.refreshToken !== null && answer.refreshToken !== rotation.refreshToken) {
      rotation.refreshToken = answer.refreshToken
      rotation.isStored = false
      await store()
    }
    return { value: answer.accessToken, expiresInMs: answer.expiresInMs }
  }
  const tokens = createTokenCache(fetchToken, now)
  return {
    authorize: async (request) => withCredentials(request, { authorization: bearer(await tokens.get()) }),
    refused: (request) => tokens.drop(tokenOf(request)),
  }
}

const bearer = (token: string) => `Bearer ${token}`
const tokenOf = (request: HttpRequest) => request.headers?.['authorization']?.slice(bearer('').length) ?? ''
