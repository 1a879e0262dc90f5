import { type Database, findApiKeyForLogin, findSession, recordApiKeyUse } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { type Keyring, matchApiKey, type ParsedApiKey, parseApiKey } from '@inlet/security'
import type { Request, RequestHandler } from 'express'
import { csrfTokenOf, sessionTokenOf, tokenHash } from '../session/session-cookie.js'
import type { FailedLogins } from './failed-logins.js'
import { type Principal, setPrincipal } from './principal.js'

export interface AuthenticateDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly failedLogins: FailedLogins
  /** Whether an address may be read without a key. */
  readonly isPublic: (path: string) => boolean
  readonly onError: (error: unknown) => void
}

/** Demands an API key for everything that is not public, known address or not. All refusals look the same. */
export const authenticate =
  (deps: AuthenticateDeps): RequestHandler =>
  async (request, response, next) => {
    if (deps.isPublic(request.path)) return next()
    const isKeyGiven = request.headers.authorization !== undefined
    const presented = isKeyGiven ? presentedKey(request) : null
    const principal = isKeyGiven ? presented && (await findKey(deps, presented)) : await findSignedIn(deps.database, request)
    if (principal === null) {
      // Without a key nothing was guessed.
      if (isKeyGiven) throttle(deps.failedLogins, request, presented)
      throw new Failure('UNAUTHENTICATED', 'a valid API key is required')
    }
    setPrincipal(response, principal)
    next()
  }

/**
 * Counts a wrong key, by the address it came from and the id it names: that nobody guesses many, and nobody locks out the right
 * key, which is not counted, here or from another address. Throws TOO_MANY_REQUESTS.
 */
export const throttle = (failedLogins: FailedLogins, request: Request, presented: ParsedApiKey | null): void => {
  const waitMs = failedLogins.note(`${request.ip ?? 'unknown'} ${presented?.id ?? ''}`)
  if (waitMs !== null) throw new Failure('TOO_MANY_REQUESTS', 'too many failed authentications', { retryAfterMs: waitMs })
}

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Who signed in with this browser. Throws FORBIDDEN for a change that does not prove to come from a page of this origin. */
const findSignedIn = async (database: Database, request: Request): Promise<Principal | null> => {
  const token = sessionTokenOf(request)
  const session = token === null ? null : await findSession(database, tokenHash(token))
  if (token === null || session === null) return null
  if (!SAFE_METHODS.includes(request.method) && request.get('x-inlet-csrf') !== csrfTokenOf(token))
    throw new Failure('FORBIDDEN', 'a change by a session needs its CSRF token', { next: 'Send csrfToken of GET /v1/session as X-Inlet-Csrf.' })
  return { keyId: session.keyId, name: session.name, scopes: session.scopes }
}

/** Bearer, or Basic with the key as the password, which browsers can send, for the board alone. */
const presentedKey = (request: Request): ParsedApiKey | null => {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ')
  const basic = scheme.toLowerCase() === 'basic' && isBoardPath(request.path)
  const text = basic
    ? Buffer.from(value, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '')
    : scheme.toLowerCase() === 'bearer'
      ? value
      : ''
  return parseKey(text)
}

/** Null for what is no key at all. */
export const parseKey = (text: string): ParsedApiKey | null => {
  try {
    return parseApiKey(text)
  } catch {
    return null
  }
}

const isBoardPath = (path: string): boolean => path === '/admin/queues' || path.startsWith('/admin/queues/')

/** Whose key this is; null when it is unknown, wrong, revoked or expired. */
export const findKey = async (
  deps: Pick<AuthenticateDeps, 'database' | 'keyring' | 'onError'>,
  presented: ParsedApiKey,
): Promise<Principal | null> => {
  const key = await findApiKeyForLogin(deps.database, presented.id)
  if (key === null) return null
  const match = matchApiKey(deps.keyring, presented, key.hash)
  if (match.result !== 'match' || !key.live) return null
  if (key.recordUse || match.rehash !== undefined) void recordApiKeyUse(deps.database, key.id, match.rehash).catch(deps.onError)
  return { keyId: key.id, name: key.name, scopes: key.scopes }
}
