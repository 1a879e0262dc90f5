import { isScope, type Scope } from './scopes.js'

/** Returns the Inlet scopes in a token claim: words with the prefix, in one text or a list. Anything else the issuer grants is ignored. */
export const tokenScopes = (claim: unknown, prefix: string): readonly Scope[] => {
  const words = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  const ours = words.flatMap((word) => (typeof word === 'string' && word.startsWith(prefix) ? [word.slice(prefix.length)] : []))
  return [...new Set(ours.filter(isScope))]
}
