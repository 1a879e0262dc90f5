import { Failure, isUuid, ownerOf, type SourceStatus } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { type Credential, Prisma } from '../generated/client.js'
import { enterRoom, type Room } from '../limits/holdings.js'
import { lockRow, toJson } from '../prisma-transaction.js'
import { isMissingReference, isUniqueViolation } from '../sql-state.js'
import { repairUsers, replaceSecrets } from './stored-credential.js'

/** A credential used by several sources of one connector, as shown to users: never with a secret. */
export interface SharedCredential {
  readonly id: string
  readonly name: string
  readonly connector: string
  readonly version: number
  /** Which secrets are set, and since when each has its current value. */
  readonly fields: Readonly<Record<string, string>>
  readonly usedBy: number
  /** Where the secrets may be sent; null for those stored before this was recorded. */
  readonly targets: readonly string[] | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** SQL: each field of the envelope with the time of its last change, for a credential `c`; `fieldTimes` does the same for a row. */
export const FIELD_TIMES = `(SELECT coalesce(jsonb_object_agg(f, coalesce(c.field_updated_at->f, to_jsonb(c.updated_at))), '{}') FROM jsonb_object_keys(c.sealed->'fields') AS f)`

type FieldTimes = Readonly<Record<string, string>>

const fieldTimes = ({ sealed, fieldUpdatedAt, updatedAt }: Credential): FieldTimes => {
  const { fields } = sealed as { readonly fields: object }
  return Object.fromEntries(Object.keys(fields).map((field) => [field, (fieldUpdatedAt as FieldTimes)[field] ?? updatedAt.toISOString()]))
}

const COUNTED = { _count: { select: { usedBy: true } } } as const

const toShared = (row: Credential & { readonly _count: { readonly usedBy: number } }): SharedCredential => {
  const { id, name, connector, version, targets, createdAt, updatedAt } = row
  return {
    id,
    // Shared credentials have a name and a connector; a constraint of the table ensures it.
    name: name ?? '',
    connector: connector ?? '',
    version,
    fields: fieldTimes(row),
    usedBy: row._count.usedBy,
    targets: targets as readonly string[] | null,
    createdAt,
    updatedAt,
  }
}

/** Lists shared credentials by name. */
export const listSharedCredentials = async (
  { prisma }: Database,
  request: { readonly connector?: string | undefined; readonly after: string | null; readonly limit: number },
): Promise<readonly SharedCredential[]> => {
  const { connector, after, limit } = request
  const rows = await prisma.credential.findMany({
    where: { name: { not: null, ...(after !== null && { gt: after }) }, ...(connector !== undefined && { connector }) },
    orderBy: { name: 'asc' },
    take: limit,
    include: COUNTED,
  })
  return rows.map(toShared)
}

/** Returns a shared credential by id or name; null when unknown. */
export const findSharedCredential = async ({ prisma }: Database, ref: string): Promise<SharedCredential | null> => {
  const byId = isUuid(ref)
  const row = await prisma.credential.findFirst({ where: byId ? { id: ref, name: { not: null } } : { name: ref }, include: COUNTED })
  return row === null ? null : toShared(row)
}

export interface CredentialUser {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly status: SourceStatus
  readonly config: unknown
}

/** Lists the sources that use a shared credential, by name. */
export const listCredentialUsers = async ({ prisma }: Database, credentialId: string): Promise<readonly CredentialUser[]> => {
  const users = await prisma.source.findMany({
    where: { credentialId, deletingAt: null },
    orderBy: { nameKey: 'asc' },
    select: { id: true, slug: true, name: true, status: true, versionId: true },
  })
  const live = users.flatMap(({ versionId }) => versionId ?? [])
  const versions = await prisma.sourceVersion.findMany({ where: { id: { in: live } }, select: { id: true, config: true } })
  const configs = new Map(versions.map(({ id, config }) => [id, config]))
  return users.map(({ versionId, status, ...user }) => ({
    ...user,
    status: status as SourceStatus,
    config: versionId === null ? null : (configs.get(versionId) ?? null),
  }))
}

export interface NewSharedCredential {
  /** Chosen by the caller, so that secrets can be sealed for their place (id, version 1) before anything is written. */
  readonly id: string
  readonly name: string
  readonly connector: string
  readonly sealed: unknown
  /** Where the secrets may be sent; absent: where its sources send them. */
  readonly targets?: readonly string[] | undefined
  /** How many its owner may have; absent: any number. */
  readonly room?: Room | undefined
}

/** Creates a shared credential. Throws NAME_TAKEN and what `room` throws. */
export const createSharedCredential = async (database: Database, credential: NewSharedCredential, actor: Actor): Promise<void> => {
  const { id, name, connector, sealed, targets, room } = credential
  await database
    .prismaTransaction(async ({ prisma, client }) => {
      await enterRoom(client, room)
      await prisma.credential.create({
        data: {
          id,
          name,
          connector,
          sealed: toJson(sealed),
          targets: targets === undefined ? Prisma.DbNull : [...targets],
          createdBy: ownerOf(actor),
        },
        select: { id: true },
      })
      await writeAudit(client, { actor, action: 'credential.create', targetType: 'credential', targetId: id, after: { name, connector, targets } })
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? nameTaken(name) : error
    })
}

const nameTaken = (name: string): Failure => new Failure('NAME_TAKEN', `a credential named "${name}" exists`, { field: 'name' })

/**
 * Deletes a shared credential; false when there is none. Throws CREDENTIAL_IN_USE: the foreign key decides, even while a source is being attached.
 */
export const deleteSharedCredential = async (database: Database, id: string, actor: Actor): Promise<boolean> => {
  try {
    return await database.prismaTransaction(async ({ prisma, client }) => {
      const credential = await prisma.credential.findFirst({ where: { id, name: { not: null } }, select: { name: true } })
      const { count } = await prisma.credential.deleteMany({ where: { id, name: { not: null } } })
      if (credential?.name == null || count === 0) return false
      await writeAudit(client, { actor, action: 'credential.delete', targetType: 'credential', targetId: id, targetName: credential.name })
      return true
    })
  } catch (error) {
    if (!isMissingReference(error)) throw error
    throw new Failure('CREDENTIAL_IN_USE', 'sources use this credential')
  }
}

export interface CredentialChange {
  readonly id: string
  readonly name?: string | undefined
  /** Seals the new secrets for a version; they replace all that were set. */
  readonly seal?: ((version: number) => unknown) | undefined
  /** Where the secrets may be sent from now on; undefined: no change. */
  readonly targets?: readonly string[] | undefined
  readonly actor: Actor
}

/**
 * Renames a shared credential or replaces its secrets. New secrets invalidate its tokens and repair the sources that use it and had stopped because
 * of the old ones. Returns the repaired sources; null when the credential is unknown. Throws NAME_TAKEN.
 */
export const updateSharedCredential = async (database: Database, change: CredentialChange): Promise<readonly string[] | null> => {
  try {
    return await database.prismaTransaction(async (tx) => {
      const { prisma, client } = tx
      const { id, name, targets, seal } = change
      await lockRow(client, 'credential', id)
      const before = await prisma.credential.findFirst({ where: { id, name: { not: null } }, select: { name: true, version: true, targets: true } })
      if (before === null) return null
      const changes = { ...(name !== undefined && { name }), ...(targets !== undefined && { targets: [...targets] }) }
      await prisma.credential.update({ where: { id }, data: changes, select: { id: true } })
      const version = before.version + (seal === undefined ? 0 : 1)
      if (seal !== undefined) await replaceSecrets(tx, { credentialId: id, version, sealed: seal(version) })
      const after = { name: name ?? before.name, version, targets: targets ?? before.targets }
      await writeAudit(client, { actor: change.actor, action: 'credential.update', targetType: 'credential', targetId: id, before, after })
      return seal === undefined && targets === undefined ? [] : await repairUsers(tx, id, change.actor)
    })
  } catch (error) {
    throw isUniqueViolation(error) && change.name !== undefined ? nameTaken(change.name) : error
  }
}

/** Allows the secrets of a credential to be sent to further targets. `present` are its targets so far, in case they were not recorded yet. */
export const allowTargets = (
  database: Database,
  allowed: { readonly credentialId: string; readonly targets: readonly string[]; readonly present: readonly string[] },
  actor: Actor,
): Promise<void> =>
  database.prismaTransaction(async (tx) => {
    const { prisma, client } = tx
    const { credentialId } = allowed
    await lockRow(client, 'credential', credentialId)
    const credential = await prisma.credential.findUnique({ where: { id: credentialId }, select: { targets: true } })
    if (credential === null) return
    const before = (credential.targets as readonly string[] | null) ?? allowed.present
    const after = [...new Set([...before, ...allowed.targets])].sort()
    await prisma.credential.update({ where: { id: credentialId }, data: { targets: after }, select: { id: true } })
    await writeAudit(client, { actor, action: 'credential.allow_targets', targetType: 'credential', targetId: credentialId, before, after })
    await repairUsers(tx, credentialId, actor)
  })
