/** An access token and its life. */
export interface CachedToken {
  readonly value: string
  /** From now on; null: until the server refuses it. */
  readonly expiresInMs: number | null
}

export interface TokenCache {
  /** The present token; all callers that need a new one wait for the same request. */
  get(): Promise<string>
  /** Forgets the token if it is still this one, because the server refused it. */
  drop(value: string): void
}

/**
 * Keeps a token until half of its life is over, and uses it up to its end when a new one cannot be had.
 * @param fetchToken gets the token that was refused last, if any; rejects with the failure that `get` rejects with
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
