import { randomUUID } from 'node:crypto'
import { TARGET_RULES, type TargetKind } from '@inlet/domain'
import type { Prisma } from '../generated/client.js'
import { toMessageId } from './deliveries.js'

/** Whether a target of this kind can receive several incidents in one message. A kind of a later version is assumed to. */
export const sumsUp = (kind: string): boolean => !Object.hasOwn(TARGET_RULES, kind) || TARGET_RULES[kind as TargetKind].sumsUp

/** Returns when the messages held back for a target are sent; null when there are none. */
export const heldUntil = async (prisma: Prisma.TransactionClient, targetId: string): Promise<Date | null> =>
  (await prisma.notificationDelivery.findFirst({ where: { targetId, status: 'held' }, orderBy: { nextAt: 'asc' }, select: { nextAt: true } }))
    ?.nextAt ?? null

export interface GroupWriter {
  /** One message for several that were held back. */
  group(messageId: string, bodies: readonly string[], at: Date): string
}

/** Releases messages whose time has come, as one message per target if it supports that. Returns how many messages result. */
export const releaseHeld = async (
  prisma: Prisma.TransactionClient,
  { writer, now }: { readonly writer: GroupWriter; readonly now: Date },
): Promise<number> => {
  const due = await prisma.notificationDelivery.findMany({
    where: { status: 'held', nextAt: { lte: now } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { id: true, targetId: true, body: true, target: { select: { kind: true } } },
  })
  let created = 0
  for (const targetId of new Set(due.map((message) => message.targetId))) {
    const messages = due.filter((message) => message.targetId === targetId)
    const where = { id: { in: messages.map(({ id }) => id) } }
    if (messages.length === 1 || !sumsUp(messages[0]?.target.kind ?? '')) {
      created += (await prisma.notificationDelivery.updateMany({ where, data: { status: 'pending', nextAt: now } })).count
      continue
    }
    const id = randomUUID()
    const body = writer.group(
      toMessageId(id),
      messages.map((message) => message.body),
      now,
    )
    await prisma.notificationDelivery.create({ data: { id, targetId, event: 'incidents.digest', body }, select: { id: true } })
    await prisma.notificationDelivery.updateMany({ where, data: { status: 'grouped', doneAt: now } })
    created += 1
  }
  return created
}
