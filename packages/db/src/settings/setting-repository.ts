import type { Database } from '../database.js'
import { toJson } from '../prisma-transaction.js'

/** Returns a setting of this installation; null when it was never written. */
export const findSetting = async ({ prisma }: Database, key: string): Promise<unknown> => {
  const setting = await prisma.setting.findUnique({ where: { key } })
  return setting?.value ?? null
}

/** Writes a setting unless it exists, and returns the value that is in effect: of several processes that start at once, one wins. */
export const claimSetting = async (database: Database, key: string, value: unknown): Promise<unknown> => {
  await database.prisma.setting.createMany({ data: [{ key, value: toJson(value) }], skipDuplicates: true })
  return findSetting(database, key)
}
