import { randomBytes } from 'node:crypto'
import { type Endpoint, type Endpoints, endpoints, type SessionView } from '@inlet/contract'
import { createSession, type Database, deleteSession, findSession, redeemSessionLink } from '@inlet/db'
import { Failure, hasScope, keyActor, type Scope } from '@inlet/domain'
import type { Keyring } from '@inlet/security'
import { findKey, parseKey, throttle } from '../http/authenticate.js'
import type { FailedLogins } from '../http/failed-logins.js'
import { actorOf, getPrincipal, type Principal } from '../http/principal.js'
import type { Handler } from '../http/reply.js'
import { csrfTokenOf, SESSION_SECONDS, sessionCookie, sessionTokenOf, tokenHash } from './session-cookie.js'

export interface SessionDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly failedLogins: FailedLogins
  readonly onError: (error: unknown) => void
}

const LINK_SECONDS = 600

/** Returns the operations of the contract that these scopes allow, and what the others need: what a console shows follows from the same table as what routes allow. */
const permissionsOf = (scopes: readonly Scope[]): Pick<SessionView, 'may' | 'needs'> => {
  const may: string[] = []
  const needs: Record<string, Scope> = {}
  for (const [id, { scope }] of Object.entries<Endpoint>(endpoints)) {
    if (scope === 'signature') continue
    if (scope === 'public' || hasScope(scopes, scope)) may.push(id)
    else needs[id] = scope
  }
  return { may, needs }
}

const toView = (principal: Principal, session: { readonly token: string; readonly expiresAt: Date } | null): SessionView => ({
  actor: { id: actorOf(principal), name: principal.name },
  scopes: [...principal.scopes],
  ...permissionsOf(principal.scopes),
  csrfToken: session === null ? null : csrfTokenOf(session.token),
  expiresAt: session?.expiresAt.toISOString() ?? null,
})

const createSessionHandler =
  (deps: SessionDeps): Handler<Endpoints['createSession']> =>
  async ({ body, request }) => {
    const keyId = 'link' in body ? await redeemSessionLink(deps.database, tokenHash(body.link)) : await findKeyId(deps, body.key)
    const token = randomBytes(32).toString('base64url')
    const expiresAt =
      keyId === null
        ? null
        : await createSession(
            deps.database,
            { tokenHash: tokenHash(token), kind: 'session', apiKeyId: keyId, ttlSeconds: SESSION_SECONDS },
            keyActor(keyId),
          )
    // The key behind a link may have been revoked meanwhile too.
    const session = expiresAt === null ? null : await findSession(deps.database, tokenHash(token))
    if (expiresAt === null || session === null) {
      throttle(deps.failedLogins, request, 'link' in body ? null : parseKey(body.key))
      throw new Failure('UNAUTHENTICATED', 'link' in body ? 'this link has been used or has expired' : 'this is not a valid API key', {
        next:
          'link' in body ? 'Sign in with an API key, or make another link.' : 'Check that it was copied whole; `inlet keys create` makes another.',
      })
    }
    return {
      status: 201,
      headers: { 'set-cookie': sessionCookie(token, request.secure) },
      body: toView({ kind: 'key', id: session.keyId, ...session }, { token, expiresAt }),
    }
  }

const findKeyId = async (deps: SessionDeps, text: string): Promise<string | null> => {
  const presented = parseKey(text)
  const principal = presented === null ? null : await findKey(deps, presented)
  return principal?.id ?? null
}

const getSessionHandler =
  (deps: SessionDeps): Handler<Endpoints['getSession']> =>
  async ({ request, response }) => {
    const principal = getPrincipal(response)
    const token = request.headers.authorization === undefined ? sessionTokenOf(request) : null
    const found = token === null ? null : await findSession(deps.database, tokenHash(token))
    return { status: 200, body: toView(principal, token === null || found === null ? null : { token, expiresAt: found.expiresAt }) }
  }

const deleteSessionHandler =
  (deps: SessionDeps): Handler<Endpoints['deleteSession']> =>
  async ({ request }) => {
    const token = sessionTokenOf(request)
    if (token !== null) await deleteSession(deps.database, tokenHash(token))
    return { status: 204, headers: { 'set-cookie': sessionCookie(null, request.secure) } }
  }

const createSessionLinkHandler =
  (deps: SessionDeps): Handler<Endpoints['createSessionLink']> =>
  async ({ response, actor }) => {
    const token = randomBytes(32).toString('base64url')
    const { kind, id: keyId } = getPrincipal(response)
    if (kind !== 'key') throw new Failure('FORBIDDEN', 'only API keys sign in to the console', { next: 'Use an API key with the scope admin.' })
    const link = { tokenHash: tokenHash(token), kind: 'link', apiKeyId: keyId, ttlSeconds: LINK_SECONDS } as const
    const expiresAt = await createSession(deps.database, link, actor)
    // Browsers do not send what follows #, so it appears in no log.
    return { status: 201, body: { path: `/#link=${token}`, expiresAt: expiresAt.toISOString() } }
  }

export const createSessionHandlers = (deps: SessionDeps) => ({
  createSession: createSessionHandler(deps),
  getSession: getSessionHandler(deps),
  deleteSession: deleteSessionHandler(deps),
  createSessionLink: createSessionLinkHandler(deps),
})
