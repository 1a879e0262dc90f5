import type { DeliveryView, NotificationTargetView } from '@inlet/contract'
import { type DeliveryRow, type NotificationTarget, toMessageId } from '@inlet/db'
import { maskUrl } from '@inlet/domain'

/** A target as the API shows it. */
export const toTargetView = ({ previousUntil, createdAt, updatedAt, ...target }: NotificationTarget): NotificationTargetView => ({
  ...target,
  mail: target.mail === null ? null : { ...target.mail, to: [...target.mail.to] },
  url: target.kind === 'email' ? target.url : maskUrl(target.url),
  events: [...target.events],
  sources: [...target.sources],
  previousSecretUntil: previousUntil === null || previousUntil.getTime() <= Date.now() ? null : previousUntil.toISOString(),
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})

/** A message as the API shows it. */
export const toDeliveryView = (row: DeliveryRow): DeliveryView => ({
  ...row,
  messageId: toMessageId(row.id),
  nextAt: row.status === 'pending' || row.status === 'held' ? row.nextAt.toISOString() : null,
  createdAt: row.createdAt.toISOString(),
  doneAt: row.doneAt?.toISOString() ?? null,
})
