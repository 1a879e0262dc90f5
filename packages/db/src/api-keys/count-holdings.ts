import type { Actor } from '../audit/write-audit.js'
import type { Database } from '../database.js'

/** What somebody has made that is still there. */
export const countHoldings = async (
  { prisma }: Pick<Database, 'prisma'>,
  what: 'sources' | 'credentials' | 'uploads',
  createdBy: Actor,
): Promise<{ readonly count: number; readonly bytes: number }> => {
  const where = { createdBy }
  if (what === 'sources') return { count: await prisma.source.count({ where }), bytes: 0 }
  if (what === 'credentials') return { count: await prisma.credential.count({ where }), bytes: 0 }
  const { _count, _sum } = await prisma.upload.aggregate({ where, _count: true, _sum: { size: true } })
  return { count: _count, bytes: Number(_sum.size ?? 0n) }
}
