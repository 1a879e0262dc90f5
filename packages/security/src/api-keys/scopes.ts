/** What an API key may do, each including those before it. */
export const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export const isScope = (value: string): value is Scope => SCOPES.some((scope) => scope === value)

/** Whether one of the granted scopes is the needed one or includes it: admin includes write, write includes read. */
export const hasScope = (granted: readonly Scope[], needed: Scope): boolean =>
  granted.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed))
