import { REASONS, type Reason } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'
import type { Prisma } from '../generated/client.js'
import { readDatabaseTime, type Transaction } from '../prisma-transaction.js'
import { REPAIRED } from '../versions/go-live.js'
import { type CredentialPlace, toStoredCredential } from './find-credential.js'

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
