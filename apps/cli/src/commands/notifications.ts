import type { DeliveryView, NotificationTargetView } from '@inlet/contract'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { readSecret, splitPair } from './pairs.js'

export interface TargetFlags extends RemoteFlags {
  readonly name: string
  readonly kind: string
  readonly address?: string
  readonly secret?: string
  readonly event?: readonly string[]
  readonly source?: readonly string[]
  readonly label?: readonly string[]
  readonly mailFrom?: string
  readonly mailTo?: readonly string[]
  readonly mailUser?: string
  readonly groupMinutes?: number
}

/** `inlet notifications create` */
export const createTarget = async (flags: TargetFlags, context: CommandContext): Promise<void> => {
  const { name, kind, address, event, source, label, groupMinutes } = flags
  const mail = { from: flags.mailFrom, to: flags.mailTo ?? [], ...(flags.mailUser === undefined ? {} : { username: flags.mailUser }) }
  const created = await openApi(flags, context).call<NotificationTargetView & { readonly secret: string | null }>('POST', '/v1/notifications', {
    name,
    kind,
    ...(address === undefined ? {} : { url: address }),
    ...(flags.secret === undefined ? {} : { secret: readSecret(flags.secret, context.env) }),
    ...(kind === 'email' ? { mail } : {}),
    ...(event === undefined ? {} : { events: event }),
    ...(source === undefined ? {} : { sources: source }),
    ...(label === undefined ? {} : { labels: Object.fromEntries(label.map((text) => splitPair(text, '--label name=value'))) }),
    ...(groupMinutes === undefined ? {} : { groupMinutes }),
  })
  show(context, flags, created, () => [
    `${created.name}: saved. Try it with: inlet notifications test ${created.id}`,
    ...(created.secret === null ? [] : [`Messages are signed with ${created.secret}; it is shown only once.`]),
  ])
}

/** `inlet notifications enable|disable` */
export const switchTarget = async (id: string, active: boolean, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const target = await openApi(flags, context).call<NotificationTargetView>('PATCH', pathOf(id), { active })
  show(context, flags, target, () => [`${target.name} is ${target.active ? 'notified' : 'left alone'}.`])
}

/** `inlet notifications test` */
export const testTarget = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const delivery = await openApi(flags, context).call<DeliveryView>('POST', `${pathOf(id)}/test`)
  show(context, flags, delivery, () => [`A message is on its way; see what came of it with: inlet notifications deliveries ${id}`])
}

/** `inlet notifications delete` */
export const deleteTarget = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  await openApi(flags, context).call('DELETE', pathOf(id))
  show(context, flags, { deleted: id }, { lines: () => [`${id} is deleted.`], names: () => [id] })
}

const pathOf = (id: string): string => `/v1/notifications/${encodeURIComponent(id)}`
