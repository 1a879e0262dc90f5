import type { Prisma } from '../generated/client.js'

/**
 * The condition on `sourceId` for rows of one source, or of all, without those being deleted: there are few of them at a time.
 */
export const visibleSources = async (
  prisma: Pick<Prisma.TransactionClient, 'source'>,
  sourceId: string | undefined,
): Promise<{ readonly equals?: string; readonly notIn: string[] }> => {
  const deleting = await prisma.source.findMany({
    where: { deletingAt: { not: null }, ...(sourceId !== undefined && { id: sourceId }) },
    select: { id: true },
  })
  return { ...(sourceId !== undefined && { equals: sourceId }), notIn: deleting.map(({ id }) => id) }
}
