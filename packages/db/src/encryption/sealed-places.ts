/**
 * Every table that holds something sealed, in a column `sealed` and with a column `id`: a rotation of keys visits all of them, and a test
 * compares the list with the schema. `owner` and `version` are the place the text was sealed for, as SQL.
 */
export const SEALED_PLACES = [
  { table: 'credentials', owner: 'coalesce(source_id, id)::text', version: 'version' },
  { table: 'access_tokens', owner: `credential_id || '/' || purpose`, version: 'version' },
  { table: 'calls', owner: 'id::text', version: '0' },
  { table: 'notification_targets', owner: 'id::text', version: 'version' },
] as const

export type SealedPlace = (typeof SEALED_PLACES)[number]
