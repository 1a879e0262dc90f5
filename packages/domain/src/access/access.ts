const KEY = 'key:'
const TOKEN = 'token:'
const VIA = ' via '

/** Returns the actor of a caller with an API key, for the audit log. */
export const keyActor = (id: string): string => `${KEY}${id}`

/** Returns the owner of everything a subject does, whichever client its tokens were issued to; limits count by it. */
export const tokenOwner = (subject: string): string => `${TOKEN}${printable(subject)}`

/** Returns the actor of a caller with a token, for the audit log: its subject, and the client it was issued to. */
export const tokenActor = (subject: string, client: string): string => `${tokenOwner(subject)}${VIA}${printable(client)}`

/** Returns the owner that an actor's creations count for: the key, or the token's subject whichever client it used. */
export const ownerOf = (actor: string): string => actor.split(VIA, 1)[0] ?? actor

/** Returns the id of the key that acted; null for other actors. */
export const keyIdOf = (actor: string): string | null => (actor.startsWith(KEY) ? actor.slice(KEY.length) : null)

/** Whether the actor came over the API, rather than being Inlet itself. */
export const isCaller = (actor: string): boolean => actor.startsWith(KEY) || actor.startsWith(TOKEN)

/** Percent-encodes everything but visible ASCII, and the percent sign, so that a name cannot be mistaken for another. */
const printable = (text: string): string => text.toWellFormed().replace(/[^!-$&-~]/gu, encodeURIComponent)

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
  const own = words.flatMap((word) => (typeof word === 'string' && word.startsWith(prefix) ? [word.slice(prefix.length)] : []))
  return [...new Set(own.filter(isScope))]
}
