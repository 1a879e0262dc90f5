import { randomUUID } from 'node:crypto'
import type { CachedToken, Renewed, SharedTokens, TokenRequest } from '@inlet/connector-sdk'
import { claimRenewal, type Database, findCredentialById, findToken, releaseRenewal, type StoredCredential, storeRenewal } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { SecretRegistry } from '@inlet/observability'
import { monotonicNow, sleep } from '@inlet/runtime'
import { type Keyring, openSecrets, type Secrets, sealSecrets } from '@inlet/security'

export interface TokenStoreDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly secrets: Pick<SecretRegistry, 'add'>
}

/** Obtains, stores and shares the tokens of all credentials, for this worker. */
export interface TokenStore {
  /** Returns the tokens of one credential. */
  of(credentialId: string, use: TokenUse): SharedTokens<Secrets>
  /** Waits until renewals in progress are stored or given up. */
  drained(): Promise<void>
}

/** What tokens are requested for. */
export interface TokenUse {
  /** Whether the current secrets may be sent where the settings of this connection lead: they may have been replaced since it was opened. */
  readonly isFor: (credential: StoredCredential) => Promise<boolean>
  /** Ends waiting for another worker, never a renewal in progress. */
  readonly signal: AbortSignal
}

/** Longer than a token endpoint may take (15 s) plus the time to store its response. */
const CLAIM_MS = 30_000
const STORE_FOR_MS = 12_000
const WAIT_MS = 60_000
const POLL_MS = 100
const SECRET_TTL_MS = 3_600_000

/** A token obtained with a version of a credential that could not be stored yet. */
interface Got {
  readonly version: number
  readonly purpose: string
  readonly renewed: Renewed<Secrets>
}

export const createTokenStore = (deps: TokenStoreDeps): TokenStore => {
  const unstored = new Map<string, Got>()
  const underWay = new Set<Promise<unknown>>()

  const findLiving = async (credentialId: string, request: TokenRequest<Secrets>): Promise<(CachedToken & { readonly fresh: boolean }) | null> => {
    const stored = await findToken(deps.database, credentialId, request.purpose)
    const value = stored === null ? null : openToken(deps.keyring, tokenPlace(credentialId, request.purpose, stored.version), stored.sealed)
    if (stored === null || value === null || value === request.refused) return null
    deps.secrets.add({ value }, SECRET_TTL_MS)
    return { value, expiresInMs: stored.expiresInMs, fresh: stored.expiresInMs === null || stored.ageMs < stored.expiresInMs }
  }

  /** Returns null if the secrets were changed meanwhile, which makes what was obtained with the old ones useless. */
  const renew = async (credential: StoredCredential, request: TokenRequest<Secrets>): Promise<CachedToken | null> => {
    const { version } = credential.place
    const living = await findLiving(credential.id, request)
    if (living?.fresh) return living
    const secrets = openSecrets(deps.keyring, credential.place, credential.sealed)
    deps.secrets.add(secrets, SECRET_TTL_MS)
    const kept = unstored.get(credential.id)
    const got = kept?.version === version ? kept : await ask(credential, request, secrets)
    if (got === null) return living
    deps.secrets.add({ token: got.renewed.token.value, ...got.renewed.changed }, SECRET_TTL_MS)
    unstored.set(credential.id, got)
    const stored = await store(credential, secrets, got)
    unstored.delete(credential.id)
    return stored && got.purpose === request.purpose ? got.renewed.token : null
  }

  /** Returns null if there is no response but the present token is still valid, or the secrets were changed meanwhile. */
  const ask = async (credential: StoredCredential, request: TokenRequest<Secrets>, secrets: Secrets): Promise<Got | null> => {
    try {
      return { version: credential.place.version, purpose: request.purpose, renewed: await request.renew(secrets) }
    } catch (error) {
      if ((await findLiving(credential.id, request)) !== null) return null
      const now = await findCredentialById(deps.database, credential.id)
      if (now !== null && now.place.version !== credential.place.version) return null
      throw error
    }
  }

  const store = async (credential: StoredCredential, present: Secrets, got: Got): Promise<boolean> => {
    const { id, place } = credential
    const { token, changed } = got.renewed
    const version = changed === null ? place.version : place.version + 1
    const sealed = sealSecrets(deps.keyring, tokenPlace(id, got.purpose, version), { token: token.value })
    const secrets = changed && {
      sealed: sealSecrets(deps.keyring, { ownerId: place.ownerId, version }, { ...present, ...changed }),
      fields: Object.keys(changed),
    }
    return insist(() =>
      storeRenewal(deps.database, {
        credentialId: id,
        expectedVersion: place.version,
        secrets,
        token: { purpose: got.purpose, sealed, expiresInMs: token.expiresInMs },
      }),
    )
  }

  const renewAndRelease = async (
    claimed: StoredCredential,
    { request, isFor, holder }: Pick<TokenUse, 'isFor'> & { readonly request: TokenRequest<Secrets>; readonly holder: string },
  ): Promise<CachedToken | null> => {
    try {
      await requireUse(claimed, isFor)
      return await renew(claimed, request)
    } finally {
      await releaseRenewal(deps.database, { credentialId: claimed.id, holder }).catch(() => {})
    }
  }

  const get = async (credentialId: string, request: TokenRequest<Secrets>, { isFor, signal }: TokenUse): Promise<CachedToken> => {
    const deadline = monotonicNow() + WAIT_MS
    for (;;) {
      await requireUse(await findCredentialById(deps.database, credentialId), isFor)
      const living = await findLiving(credentialId, request)
      if (living?.fresh) return living
      const holder = randomUUID()
      const claimed = await claimRenewal(deps.database, { credentialId, holder, ttlMs: CLAIM_MS })
      if (claimed !== null) {
        const token = await track(() => renewAndRelease(claimed, { request, isFor, holder }))
        if (token !== null) return token
      }
      if (monotonicNow() > deadline)
        throw new Failure('TIMEOUT', 'no token within 60 s: another worker has been renewing it, or the secrets keep changing')
      await sleep(POLL_MS, signal)
    }
  }

  const track = async <T>(work: () => Promise<T>): Promise<T> => {
    const running = work()
    underWay.add(running)
    try {
      return await running
    } finally {
      underWay.delete(running)
    }
  }

  return {
    of: (credentialId, use) => ({ get: (request) => get(credentialId, request, use) }),
    drained: async () => void (await Promise.allSettled(underWay)),
  }
}

/** Throws CREDENTIAL_CHANGED for secrets that are gone, or are now for other targets than when the connection was opened. */
const requireUse = async (credential: StoredCredential | null, isFor: TokenUse['isFor']): Promise<void> => {
  if (credential === null || !(await isFor(credential)))
    throw new Failure('CREDENTIAL_CHANGED', 'the credentials of the source were changed in the meantime')
}

const tokenPlace = (credentialId: string, purpose: string, version: number) => ({ ownerId: `${credentialId}/${purpose}`, version })

/** Returns a stored token; null if it cannot be decrypted, in which case another one is obtained. */
const openToken = (keyring: Keyring, place: { readonly ownerId: string; readonly version: number }, sealed: unknown): string | null => {
  try {
    return String(openSecrets(keyring, place, sealed)['token'])
  } catch (error) {
    if (error instanceof Failure && error.reason === 'SECRET_UNREADABLE') return null
    throw error
  }
}

/** A refresh token that is obtained but not stored may be lost for good, so this waits out a short outage of the database. */
const insist = async <T>(work: () => Promise<T>): Promise<T> => {
  const deadline = monotonicNow() + STORE_FOR_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (monotonicNow() > deadline) throw error
      await sleep(POLL_MS * 5)
    }
  }
}
