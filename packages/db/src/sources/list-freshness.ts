import { isUuid, type SourceStatus } from '@inlet/domain'
import type { Database } from '../database.js'
import { readDatabaseTime } from '../prisma-transaction.js'

export interface SourceFreshness {
  readonly id: string
  readonly name: string
  readonly status: SourceStatus
  readonly lastSuccessAt: Date | null
  readonly fresh: boolean
}

/** Lists the freshness of sources: those given by id, or, if null, all that may run. Only the stale ones unless `all`. */
export const listFreshness = async (
  { pool, prisma }: Database,
  request: { readonly sourceIds: readonly string[] | null; readonly maxAgeSeconds: number; readonly limit: number; readonly all?: boolean },
): Promise<readonly SourceFreshness[]> => {
  const { sourceIds, maxAgeSeconds, limit, all = false } = request
  const freshSince = new Date((await readDatabaseTime(pool)).getTime() - maxAgeSeconds * 1_000)
  const rows = await prisma.source.findMany({
    where: {
      deletingAt: null,
      ...(sourceIds === null ? { status: { notIn: ['PAUSED', 'STOPPED'] } } : { id: { in: [...sourceIds] } }),
      ...(!all && { OR: [{ lastSuccessAt: null }, { lastSuccessAt: { lt: freshSince } }] }),
    },
    orderBy: { nameKey: 'asc' },
    take: limit,
    select: { id: true, name: true, status: true, lastSuccessAt: true },
  })
  return rows.map((row) => ({
    ...row,
    status: row.status as SourceStatus,
    fresh: row.lastSuccessAt !== null && row.lastSuccessAt >= freshSince,
  }))
}

/** Returns the ids of sources named by id or slug, in the order of the names; null where unknown. */
export const findSourceIds = async ({ prisma }: Database, refs: readonly string[]): Promise<readonly (string | null)[]> => {
  const named = [{ id: { in: refs.filter(isUuid) } }, { slug: { in: refs.filter((ref) => !isUuid(ref)) } }]
  const rows = await prisma.source.findMany({ where: { OR: named, deletingAt: null }, select: { id: true, slug: true } })
  const ids = new Map(rows.flatMap(({ id, slug }) => [[id, id] as const, [slug, id] as const]))
  return refs.map((ref) => ids.get(ref) ?? null)
}
