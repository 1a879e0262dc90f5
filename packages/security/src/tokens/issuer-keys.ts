import { Failure } from '@inlet/domain'
import type { JWTVerifyGetKey } from 'jose'
import { type ReadJson, readKeySet } from './read-key-set.js'

/** The issuer's public signing keys. */
export interface IssuerKeys {
  /** Returns the key named by a token's header. Throws ISSUER_UNAVAILABLE while there are no keys, and jose's error when none of them matches. */
  readonly find: JWTVerifyGetKey
  /** Reads the keys before the first token arrives. Never throws. */
  warmUp(): Promise<void>
}

export interface IssuerKeysOptions {
  readonly issuer: string
  readonly readJson: ReadJson
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

const FRESH_MS = 600_000
/** How long the last keys of an unavailable issuer are trusted, and no longer: it may have withdrawn one. */
const BELIEVED_MS = 86_400_000
/** However many tokens name unknown keys, the issuer is asked once in this time. */
const PAUSE_MS = 30_000
/** The same while there are no keys at all. */
const FIRST_PAUSE_MS = 5_000

interface Known {
  readonly find: JWTVerifyGetKey
  readonly readAt: number
}

/**
 * Reads the keys when they are needed, again when they are old or lack the one a token names, and keeps the last ones while the issuer is
 * unavailable.
 */
export const createIssuerKeys = (options: IssuerKeysOptions): IssuerKeys => {
  const { issuer, readJson, now, onError } = options
  let known: Known | null = null
  let failure: Failure | null = null
  let triedAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | null = null

  const read = async (): Promise<void> => {
    triedAt = now()
    try {
      const { createLocalJWKSet } = await import('jose')
      known = { find: createLocalJWKSet(await readKeySet(readJson, issuer)), readAt: now() }
      failure = null
    } catch (error) {
      failure = toUnavailable(issuer, error)
      onError(failure)
    }
  }
  const readOnce = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = null
    })
    return reading
  }
  const mayRead = (): boolean => reading !== null || now() - triedAt >= (known === null ? FIRST_PAUSE_MS : PAUSE_MS)

  const isBelieved = (keys: Known | null): keys is Known => keys !== null && now() - keys.readAt < BELIEVED_MS

  const current = async (): Promise<Known> => {
    if (known !== null && now() - known.readAt < FRESH_MS) return known
    if (mayRead()) {
      // The first caller to find the issuer unavailable waits for it; later ones use the existing keys.
      const useOld = isBelieved(known) && failure !== null
      const done = readOnce()
      if (!useOld) await done
    }
    if (isBelieved(known)) return known
    throw failure ?? toUnavailable(issuer, null)
  }

  return {
    async find(header, token) {
      const keys = await current()
      try {
        return await keys.find(header, token)
      } catch (error) {
        const { errors } = await import('jose')
        if (!(error instanceof errors.JWKSNoMatchingKey) || !mayRead()) throw error
        await readOnce()
        return (await current()).find(header, token)
      }
    },
    warmUp: readOnce,
  }
}

const toUnavailable = (issuer: string, error: unknown): Failure => {
  const why = error instanceof Failure ? error.message : 'it did not answer'
  const isBlocked = error instanceof Failure && (error.reason.startsWith('URL_') || error.reason === 'EGRESS_BLOCKED')
  return new Failure('ISSUER_UNAVAILABLE', `the keys of the issuer ${issuer} cannot be read: ${why}`, {
    cause: error,
    retryAfterMs: FIRST_PAUSE_MS,
    ...(isBlocked ? { next: 'Allow the address of the issuer with INLET_EGRESS_ALLOW, if it is the right one.' } : {}),
  })
}
