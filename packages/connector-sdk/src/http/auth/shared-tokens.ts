import type { CachedToken } from './token-cache.js'

/** What the remote system returned. */
export interface Renewed<Secrets> {
  readonly token: CachedToken
  /** Secrets it replaced along with the token, e.g. a single-use refresh token; null when none changed. */
  readonly changed: Partial<Secrets> | null
}

export interface TokenRequest<Secrets> {
  /** Identifies what the token is for; a request with the same purpose and credentials may get the same token. */
  readonly purpose: string
  /** A token the system has refused, which must not be returned again; null when any will do. */
  readonly refused: string | null
  /** Requests a new token with the current secrets, which may be newer than those of the context. */
  readonly renew: (secrets: Secrets) => Promise<Renewed<Secrets>>
}

/** Tokens obtained with one credential and shared by all workers. */
export interface SharedTokens<Secrets = unknown> {
  /**
   * Returns the current token, or what `renew` yields if there is none, half of its lifetime is over, or it is the refused one. At most one
   * worker at a time renews with a credential; the others wait and get its token. No one gets a token before it is stored.
   * Rejects with what `renew` rejects with, unless the current token is still valid.
   */
  get(request: TokenRequest<Secrets>): Promise<CachedToken>
}

/** Tokens for when nothing can be stored, e.g. while a draft is checked: replaced secrets are known only here. */
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
