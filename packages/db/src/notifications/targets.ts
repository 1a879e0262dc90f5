import { Failure, maskUrl, type NotifiedEvent, type QuietHours, type TargetKind } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { Prisma } from '../generated/client.js'
import { lockRow, toJson } from '../prisma-transaction.js'
import { isUniqueViolation } from '../sql-state.js'

/** How to send mail. */
export interface MailSettings {
  readonly from: string
  readonly to: readonly string[]
  /** For servers that require a login. */
  readonly username?: string | undefined
}

/** A notification target as shown to users: without its secret. */
export interface NotificationTarget {
  readonly id: string
  readonly name: string
  readonly kind: TargetKind
  /** Only for kind `email`. */
  readonly mail: MailSettings | null
  readonly quietHours: QuietHours | null
  readonly groupMinutes: number
  /** Masked, except for targets stored before URLs were sealed. */
  readonly url: string
  readonly events: readonly NotifiedEvent[]
  /** Source ids; empty: all sources. */
  readonly sources: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly active: boolean
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly previousUntil: Date | null
}

const SHOWN = {
  id: true,
  name: true,
  kind: true,
  mail: true,
  quietHours: true,
  groupMinutes: true,
  url: true,
  events: true,
  sources: true,
  labels: true,
  active: true,
  createdAt: true,
  updatedAt: true,
  previousUntil: true,
} as const

// Safe: only a NotificationTarget is ever written here.
const toTarget = (row: Prisma.NotificationTargetGetPayload<{ select: typeof SHOWN }>) => row as unknown as NotificationTarget

/** Lists all targets by name; there are few. */
export const listTargets = async ({ prisma }: Pick<Database, 'prisma'>): Promise<readonly NotificationTarget[]> =>
  (await prisma.notificationTarget.findMany({ orderBy: { name: 'asc' }, select: SHOWN })).map(toTarget)

export const findTarget = async ({ prisma }: Pick<Database, 'prisma'>, id: string): Promise<NotificationTarget | null> => {
  const row = await prisma.notificationTarget.findUnique({ where: { id }, select: SHOWN })
  return row === null ? null : toTarget(row)
}

type Shown = 'name' | 'kind' | 'mail' | 'quietHours' | 'groupMinutes' | 'url' | 'events' | 'sources' | 'labels' | 'active'

export interface NewTarget extends Pick<NotificationTarget, 'id' | Shown> {
  /** The secret and the full URL, sealed for (id, version 1). */
  readonly sealed: unknown
}

/** News of every incident goes to each that wants it. */
const MAX_TARGETS = 200

/** Creates a target. Throws NAME_TAKEN; LIMIT_REACHED when there are 200. */
export const createTarget = async (database: Database, target: NewTarget, actor: Actor): Promise<void> => {
  const { id, sealed, ...shown } = target
  await database
    .prismaTransaction(async ({ prisma, client }) => {
      // SQL: an advisory lock.
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('inlet-holdings notifications', 0))`)
      if ((await prisma.notificationTarget.count()) >= MAX_TARGETS)
        throw new Failure('LIMIT_REACHED', `there are ${MAX_TARGETS} notification targets, as many as there may be`)
      await prisma.notificationTarget.create({ data: { id, sealed: toJson(sealed), ...columns(shown) }, select: { id: true } })
      await writeAudit(client, { actor, action: 'notification.create', targetType: 'notification', targetId: id, after: shown })
    })
    .catch(orNameTaken(shown.name))
}

/** The columns as Prisma writes them: its lists are not read-only. */
const columns = ({ name, kind, mail, quietHours, groupMinutes, url, events, sources, labels, active }: Omit<NewTarget, 'id' | 'sealed'>) => ({
  name,
  kind,
  mail: toJson(mail) ?? Prisma.DbNull,
  quietHours: toJson(quietHours) ?? Prisma.DbNull,
  groupMinutes,
  url,
  events: [...events],
  sources: [...sources],
  labels: { ...labels },
  active,
})

const orNameTaken =
  (name: string) =>
  (error: unknown): never => {
    throw isUniqueViolation(error) ? new Failure('NAME_TAKEN', `a target named "${name}" exists`, { field: 'name' }) : error
  }

export interface TargetChange extends Partial<Pick<NotificationTarget, Exclude<Shown, 'kind'>>> {
  readonly id: string
  /** Seals a new secret, a new URL or both for a version, given what is sealed now and the URL stored beside it. */
  readonly reseal?: ((stored: unknown, version: number, url: string) => unknown) | undefined
  /** Whether `reseal` sets another secret, for the audit trail. */
  readonly replaced?: boolean | undefined
  /** How long the previous secret signs too; absent when the secret stays, or signs nothing. */
  readonly overlapSeconds?: number | undefined
}

/**
 * Changes what is given. Returns false when there is no such target. Throws NAME_TAKEN. A target that is switched off does not receive later what it
 * missed.
 */
export const updateTarget = async (database: Database, change: TargetChange, actor: Actor): Promise<boolean> => {
  const { id, reseal, replaced = false, overlapSeconds, ...changes } = change
  return database
    .prismaTransaction(async ({ prisma, client }) => {
      const now = await lockRow(client, 'notificationTarget', id)
      const row = await prisma.notificationTarget.findUnique({ where: { id }, select: { ...SHOWN, sealed: true, version: true } })
      if (now === null || row === null) return false
      const { sealed, version, createdAt: _created, updatedAt: _updated, previousUntil, ...stored } = row
      // Safe: only a NotificationTarget is ever written here.
      const before = stored as unknown as Omit<NotificationTarget, 'createdAt' | 'updatedAt' | 'previousUntil'>
      const changed = { ...before, ...changes }
      // From now on the envelope holds the full URL.
      const after = reseal === undefined ? changed : { ...changed, url: changed.kind === 'email' ? changed.url : maskUrl(changed.url) }
      const until = overlapSeconds === undefined ? previousUntil : new Date(now.getTime() + overlapSeconds * 1_000)
      await prisma.notificationTarget.update({
        where: { id },
        data: {
          ...columns(after),
          updatedAt: now,
          ...(reseal !== undefined && { sealed: toJson(reseal(sealed, version, before.url)), version: version + 1, previousUntil: until }),
        },
        select: { id: true },
      })
      if (!after.active)
        await prisma.notificationDelivery.updateMany({
          where: { targetId: id, status: { in: ['pending', 'held'] } },
          data: { status: 'dead', doneAt: now, lastError: 'the target was switched off' },
        })
      const secret = replaced ? { secret: 'replaced' } : {}
      await writeAudit(client, {
        actor,
        action: 'notification.update',
        targetType: 'notification',
        targetId: id,
        before,
        after: { ...after, ...secret },
      })
      return true
    })
    .catch(orNameTaken(changes.name ?? ''))
}

/** Deletes a target with its messages; false when there is none. */
export const deleteTarget = (database: Database, id: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    await lockRow(client, 'notificationTarget', id)
    const before = await prisma.notificationTarget.findUnique({ where: { id }, select: { name: true, url: true } })
    if (before === null) return false
    await prisma.notificationTarget.delete({ where: { id }, select: { id: true } })
    await writeAudit(client, { actor, action: 'notification.delete', targetType: 'notification', targetId: id, targetName: before.name, before })
    return true
  })

export interface PlainTarget {
  readonly id: string
  readonly url: string
  readonly sealed: unknown
  readonly version: number
}

/** Lists targets whose URL is stored unsealed. */
export const listPlainTargets = async ({ prisma }: Pick<Database, 'prisma'>): Promise<readonly PlainTarget[]> => {
  const targets = await prisma.notificationTarget.findMany({ select: { id: true, url: true, sealed: true, version: true } })
  return targets.filter(({ sealed }) => !('url' in (sealed as { readonly fields: object }).fields))
}

/** Replaces the URL by an envelope that contains it and a masked URL; does nothing if the target has changed. */
export const sealTargetUrl = async (
  { prisma }: Pick<Database, 'prisma'>,
  before: PlainTarget,
  after: { readonly sealed: unknown; readonly url: string },
) => {
  await prisma.notificationTarget.updateMany({
    where: { id: before.id, sealed: { equals: toJson(before.sealed) } },
    data: { sealed: toJson(after.sealed), url: after.url },
  })
}
