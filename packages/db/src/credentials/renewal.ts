import type { Database } from '../database.js'
import { STORED_CREDENTIAL, type StoredCredential } from './find-credential.js'

/**
 * Takes the right to renew tokens with a credential for `ttlMs`, by database time; null when somebody else has it, or the
 * credential is gone. A row and not a lock of a session: nothing is held open while a token endpoint is asked, a pooler
 * between here and Postgres does not matter, and a holder that dies loses it in time.
 */
export const claimRenewal = async (
  database: Database,
  claim: { readonly credentialId: string; readonly holder: string; readonly ttlMs: number },
): Promise<StoredCredential | null> => {
  const { rows } = await database.pool.query<StoredCredential>(
    `UPDATE credentials c SET renewing_by = $2, renewing_until = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE c.id = $1 AND (c.renewing_until IS NULL OR c.renewing_until <= clock_timestamp())
     RETURNING ${STORED_CREDENTIAL}`,
    [claim.credentialId, claim.holder, claim.ttlMs],
  )
  return rows[0] ?? null
}

/** Gives the right back; does nothing when somebody else has it by now. */
export const releaseRenewal = async (database: Database, claim: { readonly credentialId: string; readonly holder: string }): Promise<void> => {
  await database.pool.query('UPDATE credentials SET renewing_by = NULL, renewing_until = NULL WHERE id = $1 AND renewing_by = $2', [
    claim.credentialId,
    claim.holder,
  ])
}

export interface StoredToken {
  readonly sealed: unknown
  readonly version: number
  /** By database time; null: until the system refuses it. */
  readonly expiresInMs: number | null
  /** Milliseconds since it was got. */
  readonly ageMs: number
}

/** A token that was got with a credential for a purpose; null without one that has not expired. */
export const findToken = async (database: Database, credentialId: string, purpose: string): Promise<StoredToken | null> => {
  const { rows } = await database.pool.query<StoredToken>(
    `SELECT sealed, version, (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS "expiresInMs",
       (extract(epoch FROM clock_timestamp() - obtained_at) * 1000)::float8 AS "ageMs"
     FROM access_tokens WHERE credential_id = $1 AND purpose = $2 AND (expires_at IS NULL OR expires_at > clock_timestamp())`,
    [credentialId, purpose],
  )
  return rows[0] ?? null
}

export interface Renewal {
  readonly credentialId: string
  /** The version of the secrets the token was got with. */
  readonly expectedVersion: number
  /** Secrets that were replaced with it, sealed for the next version; null when they stay. */
  readonly secrets: { readonly sealed: unknown; readonly fields: readonly string[] } | null
  /** The token, sealed for the version that holds afterwards. */
  readonly token: { readonly purpose: string; readonly sealed: unknown; readonly expiresInMs: number | null }
}

/**
 * Stores what a renewal gave, secrets and token together, and ends the right to renew: by compare-and-swap on the version
 * of the secrets. False, and nothing is stored, when they were changed meanwhile.
 */
export const storeRenewal = (database: Database, renewal: Renewal): Promise<boolean> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<{ version: number }>(
      `UPDATE credentials SET renewing_by = NULL, renewing_until = NULL, version = version + CASE WHEN $3::jsonb IS NULL THEN 0 ELSE 1 END,
         sealed = coalesce($3, sealed),
         field_updated_at = field_updated_at || (SELECT coalesce(jsonb_object_agg(f, clock_timestamp()), '{}') FROM unnest($4::text[]) f)
       WHERE id = $1 AND version = $2 RETURNING version`,
      [
        renewal.credentialId,
        renewal.expectedVersion,
        renewal.secrets === null ? null : JSON.stringify(renewal.secrets.sealed),
        renewal.secrets?.fields ?? [],
      ],
    )
    if (rows[0] === undefined) return false
    const { purpose, sealed, expiresInMs } = renewal.token
    await client.query(
      `INSERT INTO access_tokens (credential_id, purpose, version, sealed, obtained_at, expires_at)
       VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp() + $5 * interval '1 millisecond')
       ON CONFLICT (credential_id, purpose) DO UPDATE SET version = EXCLUDED.version, sealed = EXCLUDED.sealed,
         obtained_at = EXCLUDED.obtained_at, expires_at = EXCLUDED.expires_at`,
      [renewal.credentialId, purpose, rows[0].version, JSON.stringify(sealed), expiresInMs],
    )
    return true
  })
