import type pg from 'pg'

/**
 * Puts new secrets in the place of a credential's present ones, in the transaction of whoever decided so: tokens got with
 * the old ones are void, and a renewal under way will not be stored.
 */
export const replaceSecrets = async (
  client: Pick<pg.ClientBase, 'query'>,
  change: {
    readonly credentialId: string
    readonly version: number
    readonly sealed: unknown
    /** Where the new secrets may be sent; undefined: where the old ones might. */
    readonly targets?: readonly string[] | undefined
  },
): Promise<void> => {
  await client.query(
    `UPDATE credentials SET version = $2, sealed = $3, field_updated_at = '{}', renewing_by = NULL, renewing_until = NULL, updated_at = clock_timestamp(),
       targets = coalesce($4, targets) WHERE id = $1`,
    [change.credentialId, change.version, JSON.stringify(change.sealed), change.targets === undefined ? null : JSON.stringify(change.targets)],
  )
  await client.query('DELETE FROM access_tokens WHERE credential_id = $1', [change.credentialId])
}
