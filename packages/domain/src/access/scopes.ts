/** What a key may do; each scope includes those before it. `publish`: make live what somebody, or an agent, has proposed. */
export const SCOPES = ['read', 'write', 'publish', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export const isScope = (value: string): value is Scope => SCOPES.some((scope) => scope === value)

/** Whether one of the granted scopes is the needed one or includes it. */
export const hasScope = (granted: readonly Scope[], needed: Scope): boolean =>
  granted.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed))
