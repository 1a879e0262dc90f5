import type { Database } from '../database.js'
import { lockRow, readDatabaseTime, toJson } from '../prisma-transaction.js'
import { STORED_CREDENTIAL_JSON, type StoredCredential } from './stored-credential.js'

/**
 * Claims the right to renew tokens with a credential for `ttlMs`, by the database's clock; null when another process holds it, or the credential is
 * gone. This is a row rather than a session lock: nothing is held open while a token endpoint is called, a pooler in front of Postgres does not
 * matter, and a holder that dies loses it in time.
 */
export const claimRenewal = async (
  database: Database,
  claim: { readonly credentialId: string; readonly holder: string; readonly ttlMs: number },
): Promise<StoredCredential | null> => {
  // SQL: one statement claims and reads, by the database's clock.
  const { rows } = await database.pool.query<{ credential: StoredCredential }>(
    `UPDATE credentials c SET renewing_by = $2, renewing_until = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE c.id = $1 AND (c.renewing_until IS NULL OR c.renewing_until <= clock_timestamp())
     RETURNING ${STORED_CREDENTIAL_JSON} AS credential`,
    [claim.credentialId, claim.holder, claim.ttlMs],
  )
  return rows[0]?.credential ?? null
}

/** Releases the right to renew; does nothing if another process holds it by now. */
export const releaseRenewal = async (
  { prisma }: Database,
  { credentialId, holder }: { readonly credentialId: string; readonly holder: string },
): Promise<void> => {
  await prisma.credential.updateMany({ where: { id: credentialId, renewingBy: holder }, data: { renewingBy: null, renewingUntil: null } })
}

export interface StoredToken {
  readonly sealed: unknown
  readonly version: number
  /** By the database's clock; null: valid until the system refuses it. */
  readonly expiresInMs: number | null
  /** Milliseconds since it was obtained. */
  readonly ageMs: number
}

/** Returns the token obtained with a credential for a purpose; null when there is none that has not expired. */
export const findToken = async ({ pool, prisma }: Database, credentialId: string, purpose: string): Promise<StoredToken | null> => {
  const token = await prisma.accessToken.findUnique({ where: { credentialId_purpose: { credentialId, purpose } } })
  if (token === null) return null
  const now = (await readDatabaseTime(pool)).getTime()
  const { sealed, version, expiresAt, obtainedAt } = token
  const expiresInMs = expiresAt === null ? null : expiresAt.getTime() - now
  return expiresInMs !== null && expiresInMs <= 0 ? null : { sealed, version, expiresInMs, ageMs: now - obtainedAt.getTime() }
}

export interface Renewal {
  readonly credentialId: string
  /** The version of the secrets that the token was obtained with. */
  readonly expectedVersion: number
  /** Secrets replaced together with the token, sealed for the next version; null when they stay. */
  readonly secrets: { readonly sealed: unknown; readonly fields: readonly string[] } | null
  /** The token, sealed for the version that is current afterwards. */
  readonly token: { readonly purpose: string; readonly sealed: unknown; readonly expiresInMs: number | null }
}

/**
 * Stores the result of a renewal, secrets and token together, and releases the right to renew, by compare-and-swap on the version of the secrets.
 * Returns false, and stores nothing, when they were changed meanwhile.
 */
export const storeRenewal = (database: Database, renewal: Renewal): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const { credentialId, expectedVersion, secrets, token } = renewal
    const now = await lockRow(client, 'credential', credentialId)
    const credential = await prisma.credential.findUnique({
      where: { id: credentialId, version: expectedVersion },
      select: { fieldUpdatedAt: true, version: true },
    })
    if (now === null || credential === null) return false
    const version = credential.version + (secrets === null ? 0 : 1)
    await prisma.credential.update({
      where: { id: credentialId },
      data: {
        renewingBy: null,
        renewingUntil: null,
        version,
        ...(secrets !== null && {
          sealed: toJson(secrets.sealed),
          fieldUpdatedAt: {
            ...(credential.fieldUpdatedAt as object),
            ...Object.fromEntries(secrets.fields.map((field) => [field, now.toISOString()])),
          },
        }),
      },
    })
    const { purpose, expiresInMs } = token
    const expiresAt = expiresInMs === null ? null : new Date(now.getTime() + expiresInMs)
    const stored = { version, sealed: toJson(token.sealed), obtainedAt: now, expiresAt }
    await prisma.accessToken.upsert({
      where: { credentialId_purpose: { credentialId, purpose } },
      create: { credentialId, purpose, ...stored },
      update: stored,
    })
    return true
  })
