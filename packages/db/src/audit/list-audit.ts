import { isCaller, keyActor, keyIdOf, ownerOf } from '@inlet/domain'
import type { Database } from '../database.js'
import { nameTargets } from './name-targets.js'

export interface AuditView {
  readonly id: string
  readonly actor: string
  readonly actorName: string | null
  readonly action: string
  readonly targetType: string
  readonly targetId: string
  readonly targetName: string | null
  readonly beforeHash: string | null
  readonly afterHash: string | null
  readonly at: Date
}

export interface AuditListRequest {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly targetType?: string | undefined
  readonly targetId?: string | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly beforeId: string | null
  readonly limit: number
}

/** Lists who changed what, newest first. */
export const listAudit = async (database: Pick<Database, 'prisma' | 'pool'>, request: AuditListRequest): Promise<readonly AuditView[]> => {
  const { actor, action, targetType, targetId, from, to, beforeId, limit } = request
  const equal = definedOf({ action, targetType, targetId })
  const rows = await database.prisma.auditEntry.findMany({
    where: {
      ...equal,
      ...(await whoIs(database, actor)),
      at: definedOf({ gte: from, lt: to }),
      ...(beforeId !== null && { id: { lt: BigInt(beforeId) } }),
    },
    orderBy: { id: 'desc' },
    take: limit,
  })
  const [actorName, targetName] = await Promise.all([
    nameActors(
      database,
      rows.map((row) => row.actor),
    ),
    nameTargets(database, rows),
  ])
  return rows.map((row) => ({ ...row, id: String(row.id), actorName: actorName(row.actor), targetName: targetName(row) }))
}

/** An owner matches everything it did, through any client; a name, the keys that have it, including revoked ones. LIKE wildcards in a name are escaped. */
const whoIs = async ({ prisma }: Pick<Database, 'prisma'>, actor: string | undefined) => {
  if (actor === undefined) return {}
  if (!isCaller(actor)) {
    const keys = await prisma.apiKey.findMany({ where: { name: actor }, select: { id: true } })
    return { actor: { in: [actor, ...keys.map(({ id }) => keyActor(id))] } }
  }
  return ownerOf(actor) === actor && actor.startsWith('token:')
    ? { OR: [{ actor }, { actor: { startsWith: `${actor} via `.replace(/[\\%_]/gu, '\\$&') } }] }
    : { actor }
}

/** Drops undefined conditions: Prisma's types distinguish them from absent ones. */
const definedOf = <T extends object>(conditions: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> }

/** Returns a lookup of the names of the keys that acted, including revoked ones; null for actors that are not keys. */
export const nameActors = async ({ prisma }: Pick<Database, 'prisma'>, actors: readonly string[]): Promise<(actor: string) => string | null> => {
  const ids = [...new Set(actors.map(keyIdOf).filter((id) => id !== null))]
  const keys = ids.length === 0 ? [] : await prisma.apiKey.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } })
  const names = new Map(keys.map(({ id, name }) => [id, name]))
  return (actor) => names.get(keyIdOf(actor) ?? '') ?? null
}
