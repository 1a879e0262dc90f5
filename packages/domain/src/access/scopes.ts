/** What a key may do; each scope includes those before it. `publish`: make live what somebody, or an agent, has proposed. */
export const SCOPES = ['read', 'write', 'publish', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export const isScope = (value: string): value is Scope => SCOPES.some((scope) => scope === value)

/** Whether one of the granted scopes is the needed one or includes it. */
export const hasScope = (granted: readonly Scope[], needed: Scope): boolean =>
  granted.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed))

/** Returns the Inlet scopes in a token claim: words with the prefix, in one text or a list. Anything else the issuer grants is ignored. */
export const tokenScopes = (claim: unknown, prefix: string): readonly Scope[] => {
  const words = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  const ours = words.flatMap((word) => (typeof word === 'string' && word.startsWith(prefix) ? [word.slice(prefix.length)] : []))
  return [...new Set(ours.filter(isScope))]
}
