import { ownerOf } from '@inlet/domain'
import type { Database } from '../database.js'

export interface AuditView {
  readonly id: string
  readonly actor: string
  readonly action: string
  readonly targetType: string
  readonly targetId: string
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

/** Who changed what, newest first. */
export const listAudit = async ({ prisma }: Pick<Database, 'prisma'>, request: AuditListRequest): Promise<readonly AuditView[]> => {
  const { actor, action, targetType, targetId, from, to, beforeId, limit } = request
  const equal = definedOf({ action, targetType, targetId })
  const rows = await prisma.auditEntry.findMany({
    where: { ...equal, ...whoIs(actor), at: definedOf({ gte: from, lt: to }), ...(beforeId !== null && { id: { lt: BigInt(beforeId) } }) },
    orderBy: { id: 'desc' },
    take: limit,
  })
  return rows.map((row) => ({ ...row, id: String(row.id) }))
}

/** An owner names all that it did, through whatever client. The wildcards of LIKE stand for themselves. */
const whoIs = (actor: string | undefined) => {
  if (actor === undefined) return {}
  return ownerOf(actor) === actor && actor.startsWith('token:')
    ? { OR: [{ actor }, { actor: { startsWith: `${actor} via `.replace(/[\\%_]/gu, '\\$&') } }] }
    : { actor }
}

/** Prisma's types distinguish an absent condition from one that is undefined. */
const definedOf = <T extends object>(conditions: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> }
