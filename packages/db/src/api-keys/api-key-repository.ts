import type { Scope } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { readDatabaseTime } from '../prisma-transaction.js'

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
  /** As returned by `hashApiKey`. */
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date | null
}

const OVERVIEW = { id: true, name: true, scopes: true, createdAt: true, expiresAt: true, revokedAt: true, lastUsedAt: true } as const

// Safe: only scopes are ever written to this column.
const toOverview = (row: Omit<ApiKeyOverview, 'scopes'> & { readonly scopes: readonly string[] }): ApiKeyOverview => row as ApiKeyOverview

/** Stores a key by its hash. */
export const insertApiKey = (database: Database, key: NewApiKeyRow, actor: Actor): Promise<ApiKeyOverview> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const { id, name, hash, scopes, expiresAt } = key
    const row = await prisma.apiKey.create({ data: { id, name, hash: Buffer.from(hash), scopes: [...scopes], expiresAt }, select: OVERVIEW })
    await writeAudit(client, { actor, action: 'key.create', targetType: 'key', targetId: id, after: { name, scopes } })
    return toOverview(row)
  })

export interface ApiKeyForLogin {
  readonly id: string
  readonly name: string
  readonly hash: string
  readonly scopes: readonly Scope[]
  /** Neither revoked nor expired, by the database's clock. */
  readonly live: boolean
  /** Whether its last use was recorded more than a minute ago. */
  readonly recordUse: boolean
}

/** Returns a key by its public id, to compare with the presented one; null when there is none. */
export const findApiKeyForLogin = async (database: Database, id: string): Promise<ApiKeyForLogin | null> => {
  // SQL: runs on every request, so one prepared statement that compares by the database's clock.
  const { rows } = await database.pool.query<ApiKeyForLogin & { hash: Buffer | string }>({
    name: 'inlet-login',
    text: `SELECT id, name, convert_from(hash, 'UTF8') AS hash, scopes,
             revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp()) AS live,
             last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute' AS "recordUse"
           FROM api_keys WHERE id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

/** Returns what a key may do now: nothing once it is revoked, expired or gone. */
export const findLiveScopes = async ({ pool }: Pick<Database, 'pool'>, id: string): Promise<readonly Scope[]> => {
  // SQL: runs before each source of a bulk operation, so one prepared statement that compares by the database's clock.
  const { rows } = await pool.query<{ scopes: readonly Scope[] }>({
    name: 'inlet-live-scopes',
    text: 'SELECT scopes FROM api_keys WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())',
    values: [id],
  })
  return rows[0]?.scopes ?? []
}

/** Records that a key has just been used, and, if `rehash` is given, its hash under the current master key. */
export const recordApiKeyUse = async ({ pool, prisma }: Database, id: string, rehash?: string): Promise<void> => {
  const lastUsedAt = await readDatabaseTime(pool)
  await prisma.apiKey.updateMany({ where: { id }, data: { lastUsedAt, ...(rehash !== undefined && { hash: Buffer.from(rehash) }) } })
}

/** Lists all keys, newest first. */
export const listApiKeys = async ({ prisma }: Database): Promise<readonly ApiKeyOverview[]> =>
  (await prisma.apiKey.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], select: OVERVIEW })).map(toOverview)

/** Revokes a key for good; repeating it changes nothing. Returns false when there is no such key. */
export const revokeApiKey = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const revokedAt = await readDatabaseTime(client)
    await prisma.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt } })
    if ((await prisma.apiKey.count({ where: { id } })) === 0) return false
    await writeAudit(client, { actor, action: 'key.revoke', targetType: 'key', targetId: id })
    return true
  })
