import { createHash } from 'node:crypto'
import { type Database, findApiKeyForLogin, findSession, recordApiKeyUse } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { monotonicNow } from '@inlet/runtime'
import { isJwt, type Keyring, matchApiKey, type ParsedApiKey, parseApiKey, TokenRefused } from '@inlet/security'
import type { Request, RequestHandler } from 'express'
import type { ResourceServer } from '../oauth/resource-server.js'
import { csrfTokenOf, sessionTokenOf, tokenHash } from '../session/session-cookie.js'
import type { FailedLogins } from './failed-logins.js'
import { type KeyPrincipal, type Principal, presumePrincipal, setPrincipal } from './principal.js'
import { setWhoCallsNow } from './standing.js'

/** Keys that were valid recently. That proves nothing about now: it only allows reading to begin while the key is looked up again. */
interface ProvenKeys {
  find(presented: ParsedApiKey): Principal | null
  /** Remembers the result of looking up a key; null forgets it. */
  note(presented: ParsedApiKey, principal: Principal | null): void
}

const KEEP_MS = 60_000
const MOST = 1_000

export const createProvenKeys = (now: () => number): ProvenKeys => {
  const proven = new Map<string, { readonly principal: Principal; readonly until: number }>()
  return {
    find(presented) {
      const found = proven.get(nameOf(presented))
      return found !== undefined && found.until > now() ? found.principal : null
    },
    note(presented, principal) {
      const name = nameOf(presented)
      proven.delete(name)
      if (principal === null) return
      // The key that was confirmed longest ago comes first.
      for (const oldest of proven.size >= MOST ? proven.keys() : []) {
        proven.delete(oldest)
        break
      }
      proven.set(name, { principal, until: now() + KEEP_MS })
    },
  }
}

/** Hashes the complete key, so that it is not visible in memory. */
const nameOf = ({ plaintext }: ParsedApiKey): string => createHash('sha256').update(plaintext).digest('base64')

export interface AuthenticateDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly failedLogins: FailedLogins
  /** The issuer whose tokens are accepted in addition to keys; null: none. */
  readonly oauth: ResourceServer | null
  /** Whether an address may be read without a key. */
  readonly isPublic: (path: string) => boolean
  /** Whether a request changes nothing, so that it may begin while its key is looked up. */
  readonly onlyReads: (request: Pick<Request, 'method' | 'path'>) => boolean
  readonly onError: (error: unknown) => void
}

/**
 * Requires an API key, or a token of the issuer, for everything that is not public, whether the address exists or not. All refusals of keys look the
 * same. Every request looks up its key; one that only reads need not wait for that if the same key was valid recently, but shows nothing until the
 * key is confirmed (`readAs`).
 */
export const authenticate = (deps: AuthenticateDeps): RequestHandler => {
  const proven = createProvenKeys(monotonicNow)
  const find = async (request: Request, presented: ParsedApiKey | null): Promise<Principal | null> => {
    if (!isKeyGiven(request)) return findSignedIn(deps.database, request)
    if (presented !== null) return findKey(deps, presented)
    const token = presentedText(request)
    return deps.oauth !== null && isJwt(token) ? deps.oauth.verify(token) : null
  }
  const decide = async (request: Request, presented: ParsedApiKey | null): Promise<Principal> => {
    const principal = await find(request, presented).catch((error: unknown) => {
      if (error instanceof TokenRefused && error.isForged) throttle(deps.failedLogins, request, null)
      throw error
    })
    if (presented !== null) proven.note(presented, principal)
    if (principal !== null) return principal
    // Without a key, nothing was guessed.
    if (isKeyGiven(request)) throttle(deps.failedLogins, request, presented)
    throw new Failure('UNAUTHENTICATED', 'a valid API key is required')
  }
  return async (request, response, next) => {
    if (deps.isPublic(request.path)) return next()
    const presented = isKeyGiven(request) ? presentedKey(request) : null
    const presumed = presented !== null && deps.onlyReads(request) ? proven.find(presented) : null
    const decided = decide(request, presented)
    setWhoCallsNow(response, () => find(request, presented))
    if (presumed === null) setPrincipal(response, await decided)
    else presumePrincipal(response, presumed, decided)
    next()
  }
}

/**
 * Counts a wrong key by the address it came from and the id it names, so that nobody can guess many, and nobody can lock out the right key, which is
 * not counted, here or from another address. Throws TOO_MANY_REQUESTS.
 */
export const throttle = (failedLogins: FailedLogins, request: Request, presented: ParsedApiKey | null): void => {
  const waitMs = failedLogins.record(`${request.ip ?? 'unknown'} ${presented?.id ?? ''}`)
  if (waitMs !== null) throw new Failure('TOO_MANY_REQUESTS', 'too many failed authentications', { retryAfterMs: waitMs })
}

const isKeyGiven = ({ headers }: Pick<Request, 'headers'>): boolean => headers.authorization !== undefined

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Returns who is signed in with this browser. Throws FORBIDDEN for a change that is not proved to come from a page of this origin. */
const findSignedIn = async (database: Database, request: Request): Promise<KeyPrincipal | null> => {
  const token = sessionTokenOf(request)
  const session = token === null ? null : await findSession(database, tokenHash(token))
  if (token === null || session === null) return null
  if (!SAFE_METHODS.includes(request.method) && request.get('x-inlet-csrf') !== csrfTokenOf(token))
    throw new Failure('FORBIDDEN', 'a change by a session needs its CSRF token', { next: 'Send csrfToken of GET /v1/session as X-Inlet-Csrf.' })
  return { kind: 'key', id: session.keyId, name: session.name, scopes: session.scopes }
}

const presentedKey = (request: Request): ParsedApiKey | null => parseKey(presentedText(request))

/** Returns the Bearer token or, for the board only, the Basic password, which browsers can send. */
const presentedText = (request: Request): string => {
  const [scheme = '', value = ''] = (request.headers.authorization ?? '').split(' ')
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic' || !isBoardPath(request.path)) return ''
  return Buffer.from(value, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '')
}

/** Returns null for text that is not a key at all. */
export const parseKey = (text: string): ParsedApiKey | null => {
  try {
    return parseApiKey(text)
  } catch {
    return null
  }
}

const isBoardPath = (path: string): boolean => path === '/admin/queues' || path.startsWith('/admin/queues/')

/** Returns the owner of a key; null when it is unknown, wrong, revoked or expired. */
export const findKey = async (
  deps: Pick<AuthenticateDeps, 'database' | 'keyring' | 'onError'>,
  presented: ParsedApiKey,
): Promise<KeyPrincipal | null> => {
  const key = await findApiKeyForLogin(deps.database, presented.id)
  if (key === null) return null
  const match = matchApiKey(deps.keyring, presented, key.hash)
  if (match.result !== 'match' || !key.live) return null
  if (key.recordUse || match.rehash !== undefined) void recordApiKeyUse(deps.database, key.id, match.rehash).catch(deps.onError)
  return { kind: 'key', id: key.id, name: key.name, scopes: key.scopes }
}
