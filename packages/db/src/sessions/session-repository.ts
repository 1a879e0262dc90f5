import type { Scope } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { readDatabaseTime } from '../prisma-transaction.js'

export interface NewSession {
  /** SHA-256 of the token, in hex. */
  readonly tokenHash: string
  /** `link`: signs in once. */
  readonly kind: 'session' | 'link'
  readonly apiKeyId: string
  readonly ttlSeconds: number
}

/** Stores a session or a link, and removes expired ones. Returns when it expires. */
export const createSession = (database: Database, { ttlSeconds, ...session }: NewSession, actor: Actor): Promise<Date> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const now = await readDatabaseTime(client)
    await prisma.session.deleteMany({ where: { expiresAt: { lt: now } } })
    const expiresAt = new Date(now.getTime() + ttlSeconds * 1_000)
    await prisma.session.create({ data: { ...session, expiresAt } })
    await writeAudit(client, { actor, action: `${session.kind}.create`, targetType: 'session', targetId: session.apiKeyId })
    return expiresAt
  })

export interface SessionForLogin {
  readonly keyId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expiresAt: Date
}

/** Returns the API key behind an unexpired session, if that key is neither revoked nor expired; null otherwise. */
export const findSession = async (database: Database, tokenHash: string): Promise<SessionForLogin | null> => {
  // SQL: runs on every request of the console, so one prepared statement that compares by the database's clock.
  const { rows } = await database.pool.query<SessionForLogin>({
    name: 'inlet-session',
    text: `SELECT k.id AS "keyId", k.name, k.scopes, s.expires_at AS "expiresAt" FROM sessions s JOIN api_keys k ON k.id = s.api_key_id
           WHERE s.token_hash = $1 AND s.kind = 'session' AND s.expires_at > clock_timestamp()
             AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())`,
    values: [tokenHash],
  })
  return rows[0] ?? null
}

/** Returns the key of a link and uses the link up: of two concurrent requests, one gets it. Null for a link that is used, expired or unknown. */
export const redeemSessionLink = async ({ pool, prisma }: Database, tokenHash: string): Promise<string | null> => {
  const where = { tokenHash, kind: 'link', expiresAt: { gt: await readDatabaseTime(pool) } }
  const link = await prisma.session.findUnique({ where, select: { apiKeyId: true } })
  const { count } = await prisma.session.deleteMany({ where })
  return link !== null && count === 1 ? link.apiKeyId : null
}

/** Ends a session; repeating it changes nothing. */
export const deleteSession = async ({ prisma }: Database, tokenHash: string): Promise<void> => {
  await prisma.session.deleteMany({ where: { tokenHash } })
}
