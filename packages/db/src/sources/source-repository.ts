import type { Database } from '../database.js'
import { readDatabaseTime } from '../prisma-transaction.js'

/** The connector of a source; null when the source does not exist. */
export const findConnectorType = async ({ prisma }: Database, sourceId: string): Promise<string | null> => {
  const source = await prisma.source.findUnique({ where: { id: sourceId }, select: { connector: true } })
  return source?.connector ?? null
}

/** Milliseconds since the last successful ingestion of every source that had one. */
export const readSourceLags = async ({
  pool,
  prisma,
}: Database): Promise<readonly { readonly source: string; readonly connector: string; readonly lagMs: number }[]> => {
  const now = (await readDatabaseTime(pool)).getTime()
  const rows = await prisma.source.findMany({
    where: { lastSuccessAt: { not: null }, deletingAt: null },
    select: { id: true, connector: true, lastSuccessAt: true },
  })
  return rows.map(({ id, connector, lastSuccessAt }) => ({ source: id, connector, lagMs: now - (lastSuccessAt?.getTime() ?? now) }))
}
