import type { Endpoints } from '@inlet/contract'
import { deleteTarget, findTarget, listTargets } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { NotificationDeps } from './notification-deps.js'
import { toTargetView } from './to-target-view.js'

export const targetNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such target of notifications')

export const listNotificationsHandler =
  (deps: NotificationDeps): Handler<Endpoints['listNotifications']> =>
  async () => ({ status: 200, body: { items: (await listTargets(deps.database)).map(toTargetView) } })

export const getNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['getNotification']> =>
  async ({ params }) => {
    const target = await findTarget(deps.database, params.id)
    if (target === null) throw targetNotFound()
    return { status: 200, body: toTargetView(target) }
  }

export const deleteNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['deleteNotification']> =>
  async ({ params, actor }) => {
    if (!(await deleteTarget(deps.database, params.id, actor))) throw targetNotFound()
    return { status: 204 }
  }
