import type { Database } from '../database.js'
import { SEALED_PLACES, type SealedPlace } from './sealed-places.js'

/** How many texts each key sealed, by table. */
export const countSealed = async (
  database: Database,
): Promise<readonly { readonly keyId: string; readonly table: string; readonly count: number }[]> => {
  const parts = SEALED_PLACES.map(
    ({ table }) =>
      `SELECT sealed->>'keyId' AS "keyId", '${table}' AS "table", count(*)::int AS count FROM ${table} WHERE sealed IS NOT NULL GROUP BY 1`,
  )
  const { rows } = await database.pool.query<{ keyId: string; table: string; count: number }>(parts.join(' UNION ALL '))
  return rows
}

/** How many live API keys have a hash that needs a master key, by its id. */
export const countApiKeys = async (database: Database): Promise<readonly { readonly keyId: string; readonly count: number }[]> => {
  const { rows } = await database.pool.query<{ keyId: string; count: number }>(
    `SELECT split_part(convert_from(hash, 'UTF8'), ':', 1) AS "keyId", count(*)::int AS count FROM api_keys
     WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) GROUP BY 1`,
  )
  return rows
}

export interface SealedText {
  readonly id: string
  readonly sealed: unknown
  readonly place: { readonly ownerId: string; readonly version: number }
}

/** Texts of a table that other keys than this one sealed, by id after the given one. */
export const listSealedByOthers = async (
  database: Database,
  request: { readonly in: SealedPlace; readonly keyId: string; readonly afterId: string; readonly limit: number },
): Promise<readonly SealedText[]> => {
  const { table, owner, version } = request.in
  const { rows } = await database.pool.query<SealedText>(
    `SELECT id, sealed, json_build_object('ownerId', ${owner}, 'version', ${version}) AS place FROM ${table}
     WHERE sealed IS NOT NULL AND sealed->>'keyId' <> $1 AND id > $2 ORDER BY id LIMIT $3`,
    [request.keyId, request.afterId, request.limit],
  )
  return rows
}

/** Puts texts that were sealed anew in the place of the old ones, by compare-and-swap: one that was replaced meanwhile stays. Answers how many. */
export const replaceSealed = async (
  database: Database,
  place: SealedPlace,
  changes: readonly { readonly id: string; readonly before: unknown; readonly after: unknown }[],
): Promise<number> => {
  const { rowCount } = await database.pool.query(
    `UPDATE ${place.table} t SET sealed = c.after FROM unnest($1::uuid[], $2::jsonb[], $3::jsonb[]) AS c(id, before, after)
     WHERE t.id = c.id AND t.sealed = c.before`,
    [changes.map(({ id }) => id), changes.map(({ before }) => JSON.stringify(before)), changes.map(({ after }) => JSON.stringify(after))],
  )
  return rowCount ?? 0
}
