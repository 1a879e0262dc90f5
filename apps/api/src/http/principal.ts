import { Failure, hasScope, type Scope } from '@inlet/domain'
import type { Response } from 'express'

/** Who makes a request. */
export interface Principal {
  readonly keyId: string
  readonly name: string
  readonly scopes: readonly Scope[]
}

const KEY = 'principal'

export const setPrincipal = (response: Response, principal: Principal): void => {
  response.locals[KEY] = principal
}

/** Who was authenticated; null on public addresses. */
export const findPrincipal = (response: Response): Principal | null => {
  const principal: unknown = response.locals[KEY]
  // Only setPrincipal writes there.
  return principal === undefined ? null : (principal as Principal)
}

/** Throws UNAUTHENTICATED when nobody was authenticated: routes deny by default. */
export const getPrincipal = (response: Response): Principal => {
  const principal = findPrincipal(response)
  if (principal === null) throw new Failure('UNAUTHENTICATED', 'a valid API key is required')
  return principal
}

/** The same principal. Throws FORBIDDEN, naming the scope that is missing. */
export const requireScope = (principal: Principal, scope: Scope): Principal => {
  if (!hasScope(principal.scopes, scope)) throw new Failure('FORBIDDEN', `the key lacks the scope ${scope}`)
  return principal
}
