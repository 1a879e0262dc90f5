import { keyIdOf } from '@inlet/domain'
import type { Database } from '../database.js'

/** Returns a lookup of the names of the keys that acted, including revoked ones; null for actors that are not keys. */
export const nameActors = async ({ prisma }: Pick<Database, 'prisma'>, actors: readonly string[]): Promise<(actor: string) => string | null> => {
  const ids = [...new Set(actors.map(keyIdOf).filter((id) => id !== null))]
  const keys = ids.length === 0 ? [] : await prisma.apiKey.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } })
  const names = new Map(keys.map(({ id, name }) => [id, name]))
  return (actor) => names.get(keyIdOf(actor) ?? '') ?? null
}
