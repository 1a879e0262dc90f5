import { Failure, type SourceStatus } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { allOf, createSqlParts } from '../sql-parts.js'
import { isUniqueViolation, sqlState } from '../sql-state.js'
import { repairUsers } from './repair-sources.js'
import { replaceSecrets } from './replace-secrets.js'

/** A credential that several sources of one connector use, as it is shown: never with a secret. */
export interface SharedCredential {
  readonly id: string
  readonly name: string
  readonly connector: string
  readonly version: number
  /** Which secrets are set, and since when each has its present value. */
  readonly fields: Readonly<Record<string, string>>
  readonly usedBy: number
  /** Where the secrets may be sent; null for those stored before this was noted. */
  readonly targets: readonly string[] | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Each field of the envelope with the time of its last change, for a credential `c`. */
export const FIELD_TIMES = `(SELECT coalesce(jsonb_object_agg(f, coalesce(c.field_updated_at->f, to_jsonb(c.updated_at))), '{}') FROM jsonb_object_keys(c.sealed->'fields') AS f)`

const SELECT = `SELECT c.id, c.name, c.connector, c.version, ${FIELD_TIMES} AS fields, c.targets, c.created_at AS "createdAt", c.updated_at AS "updatedAt",
  (SELECT count(*) FROM sources s WHERE s.credential_id = c.id)::int AS "usedBy" FROM credentials c`

/** The condition that finds a credential by id or name. */
const byRef = (ref: string): string => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(ref) ? 'c.id = $1::uuid' : 'c.name = $1')

/** Shared credentials by name. */
export const listSharedCredentials = async (
  database: Database,
  request: { readonly connector?: string | undefined; readonly after: string | null; readonly limit: number },
): Promise<readonly SharedCredential[]> => {
  const { values, add } = createSqlParts()
  const where = allOf([
    'c.name IS NOT NULL',
    request.connector === undefined ? null : `c.connector = ${add(request.connector)}`,
    request.after === null ? null : `c.name > ${add(request.after)}`,
  ])
  const { rows } = await database.pool.query<SharedCredential>(`${SELECT} WHERE ${where} ORDER BY c.name LIMIT ${add(request.limit)}`, values)
  return rows
}

/** A shared credential by id or name; null when unknown. */
export const findSharedCredential = async (database: Database, ref: string): Promise<SharedCredential | null> => {
  const { rows } = await database.pool.query<SharedCredential>(`${SELECT} WHERE c.name IS NOT NULL AND ${byRef(ref)}`, [ref])
  return rows[0] ?? null
}

export interface CredentialUser {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly status: SourceStatus
  readonly config: unknown
}

/** The sources that use a shared credential, by name. */
export const listCredentialUsers = async (database: Database, credentialId: string): Promise<readonly CredentialUser[]> => {
  const { rows } = await database.pool.query<CredentialUser>(
    `SELECT s.id, s.slug, s.name, s.status, v.config FROM sources s LEFT JOIN source_versions v ON v.id = s.version_id
     WHERE s.credential_id = $1 AND s.deleting_at IS NULL ORDER BY s.name_key`,
    [credentialId],
  )
  return rows
}

export interface NewSharedCredential {
  /** Chosen by the caller, so that secrets can be sealed for their place (id, version 1) before anything is written. */
  readonly id: string
  readonly name: string
  readonly connector: string
  readonly sealed: unknown
  /** Where they may be sent; absent: where its sources lead. */
  readonly targets?: readonly string[] | undefined
}

/** Throws NAME_TAKEN. */
export const createSharedCredential = async (database: Database, credential: NewSharedCredential, actor: Actor): Promise<void> => {
  const { id, name, connector, sealed, targets } = credential
  await database
    .transaction(async (client) => {
      await client.query('INSERT INTO credentials (id, name, connector, sealed, targets, created_by) VALUES ($1, $2, $3, $4, $5, $6)', [
        id,
        name,
        connector,
        JSON.stringify(sealed),
        targets === undefined ? null : JSON.stringify(targets),
        actor,
      ])
      await writeAudit(client, { actor, action: 'credential.create', targetType: 'credential', targetId: id, after: { name, connector, targets } })
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? nameTaken(name) : error
    })
}

const nameTaken = (name: string): Failure => new Failure('NAME_TAKEN', `a credential named "${name}" exists`, { field: 'name' })

/** Removes a shared credential; false when there is none. Throws CREDENTIAL_IN_USE: the foreign key decides, whoever attaches it just now. */
export const deleteSharedCredential = async (database: Database, id: string, actor: Actor): Promise<boolean> => {
  try {
    return await database.transaction(async (client) => {
      const { rowCount } = await client.query('DELETE FROM credentials WHERE id = $1 AND name IS NOT NULL', [id])
      if (rowCount === 0) return false
      await writeAudit(client, { actor, action: 'credential.delete', targetType: 'credential', targetId: id })
      return true
    })
  } catch (error) {
    // 23503: a foreign key, since Postgres 18 23001 where it restricts.
    if (!['23503', '23001'].includes(sqlState(error) ?? '')) throw error
    throw new Failure('CREDENTIAL_IN_USE', 'sources use this credential')
  }
}

export interface CredentialChange {
  readonly id: string
  readonly name?: string | undefined
  /** Seals the new secrets for a version; they replace all that were set. */
  readonly seal?: ((version: number) => unknown) | undefined
  /** Where the secrets may be sent from now on; undefined: as before. */
  readonly targets?: readonly string[] | undefined
  readonly actor: Actor
}

/**
 * Renames a shared credential or replaces its secrets. New secrets void its tokens and repair the sources that use it and had stopped because
 * of the old ones. Answers the sources repaired; null when the credential is unknown. Throws NAME_TAKEN.
 */
export const updateSharedCredential = async (database: Database, change: CredentialChange): Promise<readonly string[] | null> => {
  try {
    return await database.transaction(async (client) => {
      const { rows } = await client.query<{ name: string; version: number; targets: readonly string[] | null }>(
        'SELECT name, version, targets FROM credentials WHERE id = $1 AND name IS NOT NULL FOR UPDATE',
        [change.id],
      )
      const before = rows[0]
      if (before === undefined) return null
      await client.query('UPDATE credentials SET name = coalesce($2, name), targets = coalesce($3, targets) WHERE id = $1', [
        change.id,
        change.name ?? null,
        change.targets === undefined ? null : JSON.stringify(change.targets),
      ])
      const version = before.version + (change.seal === undefined ? 0 : 1)
      if (change.seal !== undefined) await replaceSecrets(client, { credentialId: change.id, version, sealed: change.seal(version) })
      const after = { name: change.name ?? before.name, version, targets: change.targets ?? before.targets }
      await writeAudit(client, { actor: change.actor, action: 'credential.update', targetType: 'credential', targetId: change.id, before, after })
      return change.seal === undefined && change.targets === undefined ? [] : await repairUsers(client, change.id, change.actor)
    })
  } catch (error) {
    throw isUniqueViolation(error) && change.name !== undefined ? nameTaken(change.name) : error
  }
}
