import { isScope, type Scope } from './scopes.js'

/** Scopes of Inlet in a claim of a token: words behind the prefix, in one text or a list. Whatever else the issuer grants means nothing here. */
export const tokenScopes = (claim: unknown, prefix: string): readonly Scope[] => {
  const words = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  const ours = words.flatMap((word) => (typeof word === 'string' && word.startsWith(prefix) ? [word.slice(prefix.length)] : []))
  return [...new Set(ours.filter(isScope))]
}
