import type { HttpClient } from '@inlet/connector-sdk'
import { Failure, type Scope } from '@inlet/domain'
import type { Logger } from '@inlet/observability'
import { EnvError } from '@inlet/runtime'
import { createIssuerKeys, type ReadJson, type TokenPrincipal, verifyToken } from '@inlet/security'
import type { ApiConfig } from '../config.js'

/** How this API handles access tokens of one issuer (OAuth 2.1): it accepts those that are meant for it, and says where to get one. */
export interface ResourceServer {
  readonly issuer: string
  /** The address at which clients reach the API; null: whatever name they use. */
  readonly publicUrl: string | null
  /** Returns the name of a scope in tokens. */
  readonly scopeName: (scope: Scope) => string
  /** Verifies a token and returns its caller. Throws UNAUTHENTICATED (TokenRefused), and ISSUER_UNAVAILABLE when that cannot be decided. */
  verify(token: string): Promise<TokenPrincipal>
  /** Reads the issuer's keys, so that the log shows at once if they cannot be read. Never throws. */
  warmUp(): Promise<void>
}

/** Monotonic milliseconds for the age of keys, and the wall clock for the age of tokens. */
export interface TokenClock {
  readonly monotonic: () => number
  readonly date: () => Date
}

interface ResourceServerDeps {
  readonly http: Pick<HttpClient, 'request'>
  readonly clock: TokenClock
  readonly log: Pick<Logger, 'warn'>
}

/**
 * Opens the resource server by the settings; null without an issuer. Throws EnvError if no audience is configured: otherwise any token of the issuer
 * would be accepted.
 */
export const openResourceServer = (config: ApiConfig, { http, clock, log }: ResourceServerDeps): ResourceServer | null => {
  const { INLET_OIDC_ISSUER: issuer, INLET_OIDC_AUDIENCE: given } = config
  if (issuer === undefined) return null
  const publicUrl = config.INLET_PUBLIC_URL?.replace(/\/+$/u, '') ?? null
  const audiences = given.length > 0 || publicUrl === null ? given : audiencesOf(publicUrl)
  if (audiences.length === 0)
    throw new EnvError([{ key: 'INLET_OIDC_AUDIENCE', rule: 'is needed with INLET_OIDC_ISSUER, unless INLET_PUBLIC_URL is set' }])
  const onError = (error: unknown): void =>
    log.warn({ err: error }, 'the keys of the issuer cannot be read; its tokens cannot be verified, or are verified with the last known keys')
  const keys = createIssuerKeys({ issuer, readJson: createReadJson(http), now: clock.monotonic, onError })
  const { INLET_OIDC_SCOPE_CLAIM: scopeClaim, INLET_OIDC_SCOPE_PREFIX: scopePrefix } = config
  const rules = { issuer, audiences, scopeClaim, scopePrefix, findKey: keys.find, now: clock.date }
  return {
    issuer,
    publicUrl,
    scopeName: (scope) => `${scopePrefix}${scope}`,
    verify: (token) => verifyToken(token, rules),
    warmUp: () => keys.warmUp(),
  }
}

/** Returns the audiences of this server: tokens must name its address, or that of its MCP endpoint. */
export const audiencesOf = (publicUrl: string): readonly string[] => [publicUrl, `${publicUrl}/`, `${publicUrl}/mcp`, `${publicUrl}/mcp/`]

const TIMEOUT_MS = 5_000
const MAX_BYTES = 1_048_576

/** Creates a reader of JSON documents that returns null if there is none. It follows no redirect: the issuer must be the one that was configured. */
export const createReadJson =
  (http: Pick<HttpClient, 'request'>): ReadJson =>
  async (url) => {
    const response = await http.request({
      url,
      headers: { accept: 'application/json' },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      maxRedirects: 0,
    })
    if (response.status === 200) return await response.json()
    response.discard()
    if (response.status === 404) return null
    throw new Failure('UPSTREAM_ERROR', `${new URL(url).pathname} answers ${response.status}`)
  }
