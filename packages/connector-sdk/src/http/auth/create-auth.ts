import { abortable } from '../../abortable.js'
import type { HttpClient, HttpRequest, HttpResponse } from '../http-client.js'
import type { AuthSecrets, AuthSpec } from './auth-spec.js'
import type { Authorizer } from './authorizer.js'
import { createHmacAuth } from './hmac-auth.js'
import { createOAuth2Auth } from './oauth2-auth.js'
import type { SharedTokens } from './shared-tokens.js'
import { createApiKeyAuth, createBasicAuth, createBearerAuth } from './static-auth.js'

export interface AuthOptions {
  readonly spec: AuthSpec
  readonly secrets: AuthSecrets
  readonly http: HttpClient
  readonly now: () => Date
  /** The only origin credentials are sent to, e.g. `https://api.example.com`; other requests go without. */
  readonly origin: string
  /** Aborts token requests, e.g. the signal of the connection. */
  readonly signal?: AbortSignal
  /** See `OAuth2Options.tokens`. */
  readonly tokens?: SharedTokens<AuthSecrets> | undefined
}

export interface Auth {
  /** Sends a request with credentials. After a 401, renews credentials that can be renewed and sends the request once more. */
  send(request: HttpRequest): Promise<HttpResponse>
}

/** Creates the auth of a source; no I/O before the first request. Throws VALIDATION_FAILED when a required secret is missing. */
export const createAuth = (options: AuthOptions): Auth => {
  const { http, origin } = options
  const authorizer = createAuthorizer(options)
  const authorize = async (request: HttpRequest) => authorizer.authorize(request)
  return {
    send: async (request) => {
      if (new URL(request.url).origin !== origin) return await http.request(request)
      const authorized = await abortable(authorize(request), request.signal)
      const response = await http.request(authorized)
      if (response.status !== 401 || authorizer.refused === undefined) return response
      response.discard()
      authorizer.refused(authorized)
      return await http.request(await abortable(authorize(request), request.signal))
    },
  }
}

const createAuthorizer = ({ spec, secrets, ...rest }: AuthOptions): Authorizer => {
  switch (spec.kind) {
    case 'none':
      return { authorize: (request) => request }
    case 'apiKey':
      return createApiKeyAuth(spec, secrets)
    case 'basic':
      return createBasicAuth(spec, secrets)
    case 'bearer':
      return createBearerAuth(spec, secrets)
    case 'hmac':
      return createHmacAuth(spec, secrets, rest.now)
    default:
      return createOAuth2Auth({ spec, secrets, ...rest })
  }
}
