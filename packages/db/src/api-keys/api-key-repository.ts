import type { Scope } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'

export interface ApiKeyOverview {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly revokedAt: Date | null
  readonly lastUsedAt: Date | null
}

export interface NewApiKeyRow {
  readonly id: string
  readonly name: string
  /** As `hashApiKey` gives it. */
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | null
}

const COLUMNS = `id, name, scopes, created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt", last_used_at AS "lastUsedAt"`

/** Stores a key by its hash. */
export const insertApiKey = (database: Database, key: NewApiKeyRow, actor: Actor): Promise<ApiKeyOverview> =>
  database.transaction(async (client) => {
    const { rows } = await client.query<ApiKeyOverview>(
      `INSERT INTO api_keys (id, name, hash, scopes, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
      [key.id, key.name, Buffer.from(key.hash), key.scopes, key.expiresAt],
    )
    await writeAudit(client, { actor, action: 'key.create', targetType: 'key', targetId: key.id, after: { name: key.name, scopes: key.scopes } })
    const row = rows[0]
    if (row === undefined) throw new Error('the key was not inserted')
    return row
  })

export interface ApiKeyForLogin {
  readonly id: string
  readonly name: string
  readonly hash: string
  readonly scopes: readonly Scope[]
  /** Neither revoked nor expired, by database time. */
  readonly live: boolean
  /** Whether its last use was noted more than a minute ago. */
  readonly noteUse: boolean
}

/** A key by its public id, to be compared with what was presented. */
export const findApiKeyForLogin = async (database: Database, id: string): Promise<ApiKeyForLogin | null> => {
  const { rows } = await database.pool.query<ApiKeyForLogin & { hash: Buffer | string }>({
    name: 'inlet-login',
    text: `SELECT id, name, convert_from(hash, 'UTF8') AS hash, scopes,
             revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) AS live,
             last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute' AS "noteUse"
           FROM api_keys WHERE id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

/** Notes that a key was used now; with `rehash` also its hash under the present master key. */
export const noteApiKeyUse = async (database: Database, id: string, rehash?: string): Promise<void> => {
  await database.pool.query('UPDATE api_keys SET last_used_at = clock_timestamp(), hash = coalesce($2, hash) WHERE id = $1', [
    id,
    rehash === undefined ? null : Buffer.from(rehash),
  ])
}

/** All keys, newest first. */
export const listApiKeys = async (database: Database): Promise<readonly ApiKeyOverview[]> => {
  const { rows } = await database.pool.query<ApiKeyOverview>(`SELECT ${COLUMNS} FROM api_keys ORDER BY created_at DESC, id LIMIT 1000`)
  return rows
}

/** Revokes a key for good; repeating it changes nothing. False when there is none. */
export const revokeApiKey = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.transaction(async (client) => {
    const { rowCount } = await client.query('UPDATE api_keys SET revoked_at = coalesce(revoked_at, clock_timestamp()) WHERE id = $1', [id])
    if (rowCount === 0) return false
    await writeAudit(client, { actor, action: 'key.revoke', targetType: 'key', targetId: id })
    return true
  })
