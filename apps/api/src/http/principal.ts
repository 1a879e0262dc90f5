import { Failure, hasScope, keyActor, type Scope, tokenActor } from '@inlet/domain'
import type { TokenPrincipal } from '@inlet/security'
import type { Response } from 'express'

/** The caller of a request: by an API key, possibly through a session, which stands for its key; or by a token of the issuer. */
export type Principal = KeyPrincipal | TokenPrincipal

export interface KeyPrincipal {
  readonly kind: 'key'
  /** Everything that is limited and remembered together has one id: that of the key. */
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
}

/** Returns the caller's name in the audit log. */
export const actorOf = (principal: Principal): string =>
  principal.kind === 'key' ? keyActor(principal.id) : tokenActor(principal.name, principal.client)

const KEY = 'principal'
const PRESUMED = 'presumed'

interface Presumed {
  readonly principal: Principal
  readonly decided: Promise<Principal>
}

export const setPrincipal = (response: Response, principal: Principal): void => {
  response.locals[KEY] = principal
}

/** Presumes a caller until `decided` resolves or rejects. Until then there is no principal; only `readAs` begins. */
export const presumePrincipal = (response: Response, principal: Principal, decided: Promise<Principal>): void => {
  // readAs throws it; a request that ends earlier must not end the process.
  decided.catch(() => {})
  response.locals[PRESUMED] = { principal, decided } satisfies Presumed
}

const findPresumed = (response: Response): Presumed | null => {
  const presumed: unknown = response.locals[PRESUMED]
  // Safe: only presumePrincipal writes there.
  return presumed === undefined ? null : (presumed as Presumed)
}

/** Returns the id by which requests are counted; null without a caller. */
export const callerId = (response: Response): string | null => (findPrincipal(response) ?? findPresumed(response)?.principal)?.id ?? null

/**
 * Reads for the caller. For a presumed one, reading begins at once; its result or error is returned only once the caller is confirmed, and discarded
 * otherwise. Throws what the decision throws, or UNAUTHENTICATED without a caller.
 */
export const readAs = async <T>(response: Response, read: (principal: Principal) => Promise<T>): Promise<T> => {
  const presumed = findPresumed(response)
  if (presumed === null) return read(getPrincipal(response))
  const begun = read(presumed.principal)
  begun.catch(() => {})
  const principal = await presumed.decided
  setPrincipal(response, principal)
  return isSame(principal, presumed.principal) ? begun : read(principal)
}

const isSame = (a: Principal, b: Principal): boolean => a.id === b.id && a.name === b.name && a.scopes.join() === b.scopes.join()

/** Returns the authenticated caller; null on public addresses, and until it is decided. */
export const findPrincipal = (response: Response): Principal | null => {
  const principal: unknown = response.locals[KEY]
  // Safe: only setPrincipal writes there.
  return principal === undefined ? null : (principal as Principal)
}

/** Returns the authenticated caller. Throws UNAUTHENTICATED without one: routes deny by default. */
export const getPrincipal = (response: Response): Principal => {
  const principal = findPrincipal(response)
  if (principal === null) throw new Failure('UNAUTHENTICATED', 'a valid API key is required')
  return principal
}

/** Names the scope that a key or token lacks. */
export class ScopeMissing extends Failure {
  readonly scope: Scope
  constructor(kind: Principal['kind'], scope: Scope) {
    super('FORBIDDEN', `the ${kind} lacks the scope ${scope}`)
    this.scope = scope
  }
}

/** Returns the same principal. Throws ScopeMissing (FORBIDDEN). */
export const requireScope = (principal: Principal, scope: Scope): Principal => {
  if (!hasScope(principal.scopes, scope)) throw new ScopeMissing(principal.kind, scope)
  return principal
}
