import type { CheckWarning } from '../connector.js'

/**
 * Returns the scopes of a token as GitHub and Slack report them in every response (`x-oauth-scopes`); null when the system does not report any. Pure.
 */
export const parseGrantedScopes = (header: string | undefined): readonly string[] | null =>
  header === undefined
    ? null
    : header
        .split(',')
        .map((scope) => scope.trim())
        .filter((scope) => scope !== '')

/** Warns of a token that may do more than read, since it is worth more to a thief than to Inlet. `advice` says which token to use instead. Pure. */
export const warnOfScopes = (
  granted: readonly string[] | null,
  { reads, advice }: { readonly reads: (scope: string) => boolean; readonly advice: string },
): readonly CheckWarning[] => {
  const beyond = (granted ?? []).filter((scope) => !reads(scope))
  return beyond.length === 0
    ? []
    : [{ code: 'TOKEN_TOO_POWERFUL', message: `the token may do more than Inlet needs, which is to read (${beyond.join(', ')}); ${advice}` }]
}
