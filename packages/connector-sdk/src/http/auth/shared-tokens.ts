import type { CachedToken } from './token-cache.js'

/** What the other side gave. */
export interface Renewed<Secrets> {
  readonly token: CachedToken
  /** Secrets it replaced along with the token, e.g. a refresh token that is good for one use; null when all stay. */
  readonly changed: Partial<Secrets> | null
}

export interface TokenRequest<Secrets> {
  /** Names what the token is good for; a request with the same purpose and credentials may get the same one. */
  readonly purpose: string
  /** A token that the system refused and that must not come again; null when any will do. */
  readonly refused: string | null
  /** Asks the other side for a new token with the secrets that hold now, which may be newer than those of the context. */
  readonly renew: (secrets: Secrets) => Promise<Renewed<Secrets>>
}

/** Tokens that all workers share, got with one credential. */
export interface SharedTokens<Secrets = unknown> {
  /**
   * The token that is there or, when there is none, half of its life is over or it is the one refused, what `renew` gives. At most one
   * worker at a time renews with a credential; the others wait and get its token. Nobody gets what is not stored yet.
   * Rejects with what `renew` rejects with, unless the token that is there still lives.
   */
  get(request: TokenRequest<Secrets>): Promise<CachedToken>
}

/** Tokens where nothing can be stored, e.g. while a draft is checked: what was replaced is known here only. */
export const createLocalTokens = <Secrets extends object>(secrets: Secrets): SharedTokens<Secrets> => {
  let current = secrets
  return {
    async get({ renew }) {
      const { token, changed } = await renew(current)
      if (changed !== null) current = { ...current, ...changed }
      return token
    },
  }
}
