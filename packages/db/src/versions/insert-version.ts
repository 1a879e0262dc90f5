import type { Prisma } from '../generated/client.js'
import { contentColumns, type VersionContent } from './version-content.js'

/** A version with its number. */
export interface NumberedVersion {
  readonly id: string
  readonly number: number
}

/** Retires the published version. Here and below, the caller holds the lock on the source. */
export const retirePublished = async (prisma: Prisma.TransactionClient, sourceId: string): Promise<void> => {
  await prisma.sourceVersion.updateMany({ where: { sourceId, state: 'published' }, data: { state: 'retired' } })
}

/** Adds content as the next published version, replacing the current one. */
export const insertPublished = async (
  prisma: Prisma.TransactionClient,
  version: { readonly sourceId: string; readonly content: VersionContent; readonly now: Date; readonly restoredFrom?: number },
): Promise<NumberedVersion> => {
  const { sourceId, content, now, restoredFrom = null } = version
  await retirePublished(prisma, sourceId)
  const number = await nextNumber(prisma, sourceId)
  const { id } = await prisma.sourceVersion.create({
    data: { sourceId, number, state: 'published', ...contentColumns(content), restoredFrom, publishedAt: now },
    select: { id: true },
  })
  return { id, number }
}

/** Publishes the draft as the next version, replacing the current one. */
export const publishDraftRow = async (
  prisma: Prisma.TransactionClient,
  draft: { readonly sourceId: string; readonly id: string; readonly now: Date },
): Promise<NumberedVersion> => {
  await retirePublished(prisma, draft.sourceId)
  const number = await nextNumber(prisma, draft.sourceId)
  await prisma.sourceVersion.update({
    where: { id: draft.id },
    data: { state: 'published', number, publishedAt: draft.now, updatedAt: draft.now },
  })
  return { id: draft.id, number }
}

const nextNumber = async (prisma: Prisma.TransactionClient, sourceId: string): Promise<number> => {
  const { _max: last } = await prisma.sourceVersion.aggregate({ where: { sourceId }, _max: { number: true } })
  return (last.number ?? 0) + 1
}
