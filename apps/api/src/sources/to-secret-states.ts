import type { SourceDetail } from '@inlet/contract'

/** Which secrets are set and since when, never their values. */
export const toSecretStates = (times: Readonly<Record<string, Date | string>>): SourceDetail['secrets'] =>
  Object.fromEntries(
    Object.entries(times)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, time]) => [field, { set: true as const, updatedAt: new Date(time).toISOString() }]),
  )
