import { Failure, REASONS, type Reason } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import { type Credential, Prisma } from '../generated/client.js'
import { lockRow, readDatabaseTime, type Transaction, toJson } from '../prisma-transaction.js'
import { isMissingReference } from '../sql-state.js'
import { REPAIRED } from '../versions/version-rows.js'

/** The sealed secrets of a credential, and the place they were sealed for. */
export interface StoredCredential {
  readonly id: string
  readonly sealed: unknown
  readonly place: CredentialPlace
  /** Where the secrets may be sent. Null if they were stored before this was recorded: then where the live versions of their sources send them. */
  readonly targets: readonly string[] | null
}

/** The place of the envelope: the source that owns these secrets, or the shared credential itself. */
export interface CredentialPlace {
  readonly ownerId: string
  readonly version: number
}

export const toStoredCredential = ({ id, sealed, targets, sourceId, version }: Credential): StoredCredential => ({
  id,
  sealed,
  // Safe: only lists of text are ever written here.
  targets: targets as readonly string[] | null,
  place: { ownerId: sourceId ?? id, version },
})

/** Joins the credential `c` that source `s` uses: the shared one it names, otherwise its own. For statements that read everything at one moment. */
export const CREDENTIAL_OF_SOURCE = 'LEFT JOIN credentials c ON c.id = s.credential_id OR (s.credential_id IS NULL AND c.source_id = s.id)'

/** SQL: what next steps say about replacing the secrets of the credential `c` (StepSecrets). */
export const SECRETS_IN_STEPS = `json_build_object('names', (SELECT coalesce(json_agg(k ORDER BY k), '[]') FROM jsonb_object_keys(c.sealed->'fields') k),
    'credential', CASE WHEN c.name IS NOT NULL THEN json_build_object('id', c.id, 'name', c.name) END)`

/** SQL: a credential `c` as a StoredCredential in one JSON value; null without one. */
export const STORED_CREDENTIAL_JSON = `CASE WHEN c.id IS NOT NULL THEN json_build_object('id', c.id, 'sealed', c.sealed, 'targets', c.targets, 'place',
  json_build_object('ownerId', coalesce(c.source_id, c.id), 'version', c.version)) END`

/** Returns the credential a source uses, its own or a shared one; null when it has none. */
export const findCredential = async ({ prisma }: Database, sourceId: string): Promise<StoredCredential | null> => {
  const source = await prisma.source.findUnique({ where: { id: sourceId }, select: { credential: true } })
  if (source === null) return null
  const credential = source.credential ?? (await prisma.credential.findUnique({ where: { sourceId } }))
  return credential === null ? null : toStoredCredential(credential)
}

/** Returns a credential by its own id; null when it is gone. */
export const findCredentialById = async ({ prisma }: Database, credentialId: string): Promise<StoredCredential | null> => {
  const credential = await prisma.credential.findUnique({ where: { id: credentialId } })
  return credential === null ? null : toStoredCredential(credential)
}

/** Lists the configs of the live versions of all sources that use a credential. */
export const listLiveConfigs = async ({ prisma }: Database, credentialId: string): Promise<readonly unknown[]> => {
  const owner = await prisma.credential.findUnique({ where: { id: credentialId }, select: { sourceId: true } })
  if (owner === null) return []
  const own = owner.sourceId === null ? [] : [{ id: owner.sourceId, credentialId: null }]
  const sources = await prisma.source.findMany({ where: { OR: [{ credentialId }, ...own] }, select: { versionId: true } })
  const live = sources.flatMap(({ versionId }) => versionId ?? [])
  const versions = await prisma.sourceVersion.findMany({ where: { id: { in: live } }, select: { config: true } })
  return versions.map(({ config }) => config)
}

/** Seals secrets for a version of a credential, or returns null for none; `targets` is where they may be sent. */
export interface NewSecrets {
  readonly seal: (credentialVersion: number) => unknown
  readonly targets: readonly string[] | undefined
}

/** Gives a source secrets of its own in place of those it had, or none at all if `seal` returns null. The caller holds the lock on the source. */
export const writeSourceSecrets = async (tx: Transaction, sourceId: string, { seal, targets }: NewSecrets): Promise<void> => {
  const { prisma, client } = tx
  const own = await prisma.credential.findUnique({ where: { sourceId }, select: { id: true } })
  // A renewal may store other secrets meanwhile; it locks the credential, not the source.
  if (own !== null) await lockRow(client, 'credential', own.id)
  const before = await prisma.credential.findUnique({ where: { sourceId }, select: { id: true, version: true } })
  const version = (before?.version ?? 0) + 1
  const sealed = seal(version)
  await prisma.source.update({ where: { id: sourceId }, data: { credentialId: null }, select: { id: true } })
  if (sealed === null) await prisma.credential.deleteMany({ where: { sourceId } })
  else if (before === null)
    await prisma.credential.create({
      data: { sourceId, version, sealed: toJson(sealed), targets: targets === undefined ? Prisma.DbNull : [...targets] },
      select: { id: true },
    })
  else await replaceSecrets(tx, { credentialId: before.id, version, sealed, targets })
}

/**
 * Makes a source use a shared credential instead of its own secrets, or none if null. Throws VALIDATION_FAILED when the credential was just deleted.
 */
export const useSharedCredential = async ({ prisma }: Transaction, sourceId: string, credentialId: string | null): Promise<void> => {
  try {
    await prisma.source.update({ where: { id: sourceId }, data: { credentialId }, select: { id: true } })
  } catch (error) {
    if (!isMissingReference(error)) throw error
    throw new Failure('VALIDATION_FAILED', 'the credential was deleted in the meantime', { field: 'credential' })
  }
  await prisma.credential.deleteMany({ where: { sourceId } })
}

/**
 * Replaces the secrets of a credential, in the caller's transaction: tokens obtained with the old ones become invalid, and a renewal in progress will
 * not be stored.
 */
export const replaceSecrets = async (
  { prisma, client }: Transaction,
  change: {
    readonly credentialId: string
    readonly version: number
    readonly sealed: unknown
    /** Where the new secrets may be sent; undefined: where the old ones could be. */
    readonly targets?: readonly string[] | undefined
  },
): Promise<void> => {
  const { credentialId, version, sealed, targets } = change
  const updatedAt = await readDatabaseTime(client)
  await prisma.credential.update({
    where: { id: credentialId },
    data: {
      version,
      sealed: toJson(sealed),
      fieldUpdatedAt: {},
      renewingBy: null,
      renewingUntil: null,
      updatedAt,
      ...(targets !== undefined && { targets: [...targets] }),
    },
    select: { id: true },
  })
  await prisma.accessToken.deleteMany({ where: { credentialId } })
}

/** Failures that other secrets can repair. */
const REPAIRED_BY_SECRETS = Object.entries(REASONS)
  .filter(([reason, { code }]) => code === 'auth_failed' || code === 'permission_denied' || reason === 'SECRET_UNREADABLE')
  .map(([reason]) => reason as Reason)

/** Restarts the sources that stopped because of a shared credential's old secrets; returns their ids. */
export const repairUsers = (tx: Transaction, credentialId: string, actor: Actor): Promise<readonly string[]> =>
  repair(tx, { credentialId, statusReason: { in: REPAIRED_BY_SECRETS } }, actor)

/** Restarts sources that stopped with SECRET_UNREADABLE, since their secrets can be read now; returns the ids of those that were. */
export const repairReadable = (database: Database, sourceIds: readonly string[]): Promise<readonly string[]> =>
  database.prismaTransaction((tx) => repair(tx, { statusReason: 'SECRET_UNREADABLE', id: { in: [...sourceIds] } }, 'system'))

const repair = async ({ prisma, client }: Transaction, where: Prisma.SourceWhereInput, actor: Actor): Promise<readonly string[]> => {
  const now = await readDatabaseTime(client)
  const repaired = await prisma.source.updateManyAndReturn({
    where: { ...where, status: 'ERROR', deletingAt: null },
    data: { ...REPAIRED, restartAt: now, revision: { increment: 1 }, updatedAt: now },
    select: { id: true },
  })
  for (const { id } of repaired) {
    await writeAudit(client, { actor, action: 'source.repair', targetType: 'source', targetId: id })
    const message = 'status ERROR → ACTIVE: its secrets can be used again'
    await writeEvent(client, { sourceId: id, type: 'source.status', level: 'info', message })
  }
  return repaired.map(({ id }) => id)
}

export interface UnreadableSource {
  readonly sourceId: string
  readonly sealed: unknown
  readonly place: CredentialPlace
}

/** Lists sources that stopped because their secrets could not be decrypted, with the credential they use now. */
export const listUnreadableSources = async ({ prisma }: Database, limit: number): Promise<readonly UnreadableSource[]> => {
  const sources = await prisma.source.findMany({
    where: { status: 'ERROR', statusReason: 'SECRET_UNREADABLE', deletingAt: null },
    select: { id: true, credential: true },
    take: limit,
  })
  const own = await prisma.credential.findMany({ where: { sourceId: { in: sources.map(({ id }) => id) } } })
  return sources.flatMap(({ id, credential }) => {
    const used = credential ?? own.find(({ sourceId }) => sourceId === id)
    if (used === undefined) return []
    const { sealed, place } = toStoredCredential(used)
    return [{ sourceId: id, sealed, place }]
  })
}
