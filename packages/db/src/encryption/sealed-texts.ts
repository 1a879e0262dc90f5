import type { Database } from '../database.js'
import { readDatabaseTime } from '../prisma-transaction.js'

// SQL: one statement for every table of this list, which Prisma cannot express.

/**
 * Every table that holds something sealed, with columns `sealed` and `id`: a key rotation visits all of them, and a test compares the list with the
 * schema. `owner` and `version` are, as SQL, the place the text was sealed for.
 */
export const SEALED_PLACES = [
  { table: 'credentials', owner: 'coalesce(source_id, id)::text', version: 'version' },
  { table: 'access_tokens', owner: `credential_id || '/' || purpose`, version: 'version' },
  { table: 'calls', owner: 'id::text', version: '0' },
  { table: 'notification_targets', owner: 'id::text', version: 'version' },
  { table: 'sinks', owner: 'id::text', version: 'version' },
  { table: 'search_generations', owner: 'id::text', version: 'version' },
] as const

export type SealedPlace = (typeof SEALED_PLACES)[number]

/** Counts the texts sealed by each key, by table. */
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

/** Counts the live API keys whose hash needs a master key, by the id of that key. */
export const countApiKeys = async ({ pool, prisma }: Database): Promise<readonly { readonly keyId: string; readonly count: number }[]> => {
  const now = await readDatabaseTime(pool)
  const keys = await prisma.apiKey.findMany({
    where: { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
    select: { hash: true },
  })
  const counts = new Map<string, number>()
  for (const { hash } of keys) {
    const [keyId = ''] = Buffer.from(hash).toString('utf8').split(':', 1)
    counts.set(keyId, (counts.get(keyId) ?? 0) + 1)
  }
  return [...counts].map(([keyId, count]) => ({ keyId, count }))
}

export interface SealedText {
  readonly id: string
  readonly sealed: unknown
  readonly place: { readonly ownerId: string; readonly version: number }
}

/** Lists texts of a table that were sealed by other keys than this one, by id after the given one. */
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

/** Replaces texts by resealed ones, by compare-and-swap: one that was replaced meanwhile stays. Returns how many were replaced. */
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
