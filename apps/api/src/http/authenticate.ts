import { type Database, findApiKeyForLogin, noteApiKeyUse } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { type Keyring, matchApiKey, type ParsedApiKey, parseApiKey } from '@inlet/security'
import type { Request, RequestHandler } from 'express'
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
    const presented = presentedKey(request)
    const principal = presented === null ? null : await findPrincipal(deps, presented)
    if (principal === null) {
      const waitMs = deps.failedLogins.note(request.ip ?? 'unknown')
      if (waitMs !== null) throw new Failure('TOO_MANY_REQUESTS', 'too many failed authentications', { retryAfterMs: waitMs })
      throw new Failure('UNAUTHENTICATED', 'a valid API key is required')
    }
    setPrincipal(response, principal)
    next()
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
  try {
    return parseApiKey(text)
  } catch {
    return null
  }
}

const isBoardPath = (path: string): boolean => path === '/admin/queues' || path.startsWith('/admin/queues/')

const findPrincipal = async (deps: AuthenticateDeps, presented: ParsedApiKey): Promise<Principal | null> => {
  const key = await findApiKeyForLogin(deps.database, presented.id)
  if (key === null) return null
  const match = matchApiKey(deps.keyring, presented, key.hash)
  if (match.result !== 'match' || !key.live) return null
  if (key.noteUse || match.rehash !== undefined) void noteApiKeyUse(deps.database, key.id, match.rehash).catch(deps.onError)
  return { keyId: key.id, name: key.name, scopes: key.scopes }
}
