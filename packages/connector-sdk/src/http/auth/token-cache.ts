/** An access token and its lifetime. */
export interface CachedToken {
  readonly value: string
  /** Counted from now; null: until the server refuses it. */
  readonly expiresInMs: number | null
}

export interface TokenCache {
  /** Returns the current token; all callers that need a new one wait for the same request. */
  get(): Promise<string>
  /** Drops the token, because the server refused it, if it is still the current one. */
  drop(value: string): void
}

/**
 * Caches a token until half of its lifetime is over, and uses it to the end if a new one cannot be obtained.
 * @param fetchToken gets the token that was last refused, if any; rejects with the failure that `get` rejects with
 */
export const createTokenCache = (fetchToken: (refused: string | null) => Promise<CachedToken>, now: () => Date): TokenCache => {
  const state: { token: (CachedToken & { readonly since: number }) | null; refused: string | null; pending: Promise<string> | null } = {
    token: null,
    refused: null,
    pending: null,
  }
  const ageIsBelow = (share: number): boolean => {
    if (state.token === null) return false
    return state.token.expiresInMs === null || now().getTime() - state.token.since < state.token.expiresInMs * share
  }
  const renew = async (): Promise<string> => {
    const since = now().getTime()
    try {
      const token = await fetchToken(state.refused)
      state.token = { ...token, since }
      state.refused = null
      return token.value
    } catch (error) {
      if (state.token !== null && ageIsBelow(1)) return state.token.value
      throw error
    } finally {
      state.pending = null
    }
  }
  return {
    get: async () => {
      if (state.token !== null && ageIsBelow(0.5)) return state.token.value
      state.pending ??= renew()
      return await state.pending
    },
    drop: (value) => {
      if (state.token?.value !== value) return
      state.token = null
      state.refused = value
    },
  }
}
