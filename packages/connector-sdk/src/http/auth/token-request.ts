import { Failure } from '@inlet/domain'
import { explainBody } from '../body/explain-body.js'
import type { HttpClient, HttpResponse } from '../http-client.js'
import { withoutValues } from '../sent-credentials.js'
import { toHttpFailure } from '../to-http-failure.js'
import type { AuthSecrets, AuthSpec } from './auth-spec.js'
import { basicHeader } from './static-auth.js'

const TIMEOUT_MS = 15_000
const MAX_BYTES = 1024 * 1024

export type OAuth2Spec = Extract<AuthSpec, { kind: 'oauth2ClientCredentials' | 'oauth2RefreshToken' }>

/** The response of a token endpoint (RFC 6749, 5.1). */
export interface TokenResponse {
  readonly accessToken: string
  readonly expiresInMs: number | null
  readonly refreshToken: string | null
}

export interface TokenRequest {
  readonly spec: OAuth2Spec
  readonly secrets: AuthSecrets
  readonly grant: Readonly<Record<string, string>>
  readonly http: HttpClient
  readonly now: () => Date
  readonly signal?: AbortSignal | undefined
}

/**
 * Requests tokens from a token endpoint. Follows no redirect, since the form contains secrets. Throws AUTH_FAILED for refused clients
 * and grants, PERMISSION_DENIED for refused scopes, what `toHttpFailure` gives for other statuses, and UPSTREAM_INVALID without a token.
 */
export const requestToken = async ({ spec, secrets, grant, http, now, signal }: TokenRequest): Promise<TokenResponse> => {
  const form = new URLSearchParams({ ...spec.params, ...grant })
  if (spec.scope !== undefined) form.set('scope', spec.scope)
  const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }
  const clientId = spec.clientId ?? ''
  if (spec.clientAuth === 'basic' && secrets.clientSecret !== undefined) {
    headers['authorization'] = basicHeader(formEncoded(clientId), formEncoded(secrets.clientSecret))
  } else {
    if (clientId !== '') form.set('client_id', clientId)
    if (secrets.clientSecret !== undefined) form.set('client_secret', secrets.clientSecret)
  }
  const request = {
    url: spec.tokenUrl,
    method: 'POST',
    headers,
    body: form.toString(),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    maxRedirects: 0,
  } as const
  const response = await http.request({ ...request, ...(signal && { signal }) })
  const sent = [...form.values(), secrets.clientSecret ?? '', headers['authorization'] ?? '']
  return toTokenResponse(response, await readObject(response), { sent, now: now() })
}

interface Asked {
  /** What an error description might repeat and no one should read. */
  readonly sent: readonly string[]
  readonly now: Date
}

/** RFC 6749, 2.3.1: both halves are form-encoded before Basic. */
const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)

const readObject = async (response: HttpResponse): Promise<Record<string, unknown>> => {
  try {
    const body = await response.json()
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch (error) {
    if (error instanceof Failure && error.reason === 'CONTENT_MISMATCH') return {}
    throw error
  }
}

const toTokenResponse = (response: HttpResponse, body: Record<string, unknown>, asked: Asked): TokenResponse => {
  if (response.status >= 400) throw toTokenFailure(response, body, asked)
  const accessToken = body['access_token']
  if (response.status >= 300 || typeof accessToken !== 'string' || accessToken === '') {
    throw new Failure('UPSTREAM_INVALID', `the token endpoint answered with status ${response.status} and no access token`)
  }
  const seconds = Number(body['expires_in'] ?? Number.NaN)
  const refreshToken = body['refresh_token']
  return {
    accessToken,
    expiresInMs: Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : null,
    refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : null,
  }
}

const toTokenFailure = (response: HttpResponse, body: Record<string, unknown>, { sent, now }: Asked): Failure => {
  const { error } = body
  const code = typeof error === 'string' && /^[\w.-]{1,60}$/.test(error) ? error : `status ${response.status}`
  const described = withoutValues(explainBody(JSON.stringify({ detail: body['error_description'] ?? body['message'] })), sent)
  const because = described === '' ? '' : ` (${described})`
  if (code === 'invalid_scope' || code === 'unauthorized_client' || code === 'access_denied') {
    return new Failure('PERMISSION_DENIED', `the token endpoint refused: ${code}${because}`)
  }
  const refused = response.status === 400 || response.status === 401 || response.status === 403
  if (refused) return new Failure('AUTH_FAILED', `the token endpoint refused the credentials: ${code}${because}`)
  return toHttpFailure(response, now, described)
}
