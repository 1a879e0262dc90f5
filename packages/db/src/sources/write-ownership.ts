import type pg from 'pg'

/** What concerns files; absent members stay. */
export interface Ownership {
  /** Who keeps the source in files; null: nobody. */
  readonly managedBy?: string | null | undefined
  /** Keyed hash of the secrets as they were given; null: it has none. */
  readonly secretsFingerprint?: string | null | undefined
}

/** Writes them in the transaction of the change that brings them. */
export const writeOwnership = async (client: pg.ClientBase, sourceId: string, { managedBy, secretsFingerprint }: Ownership): Promise<void> => {
  if (managedBy === undefined && secretsFingerprint === undefined) return
  await client.query(
    `UPDATE sources SET managed_by = CASE WHEN $2 THEN $3 ELSE managed_by END,
       secrets_fingerprint = CASE WHEN $4 THEN $5 ELSE secrets_fingerprint END WHERE id = $1`,
    [sourceId, managedBy !== undefined, managedBy ?? null, secretsFingerprint !== undefined, secretsFingerprint ?? null],
  )
}
