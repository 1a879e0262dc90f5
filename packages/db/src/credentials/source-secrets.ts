import { Failure } from '@inlet/domain'
import { Prisma } from '../generated/client.js'
import { readDatabaseTime, type Transaction } from '../prisma-transaction.js'
import { lockRow } from '../row-lock.js'
import { isMissingReference } from '../sql-state.js'
import { toJson } from '../versions/version-content.js'

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
