import type { Endpoints } from '@inlet/contract'
import { addTestDelivery, findSourceId, findTarget, listDeliveries, listIncidents } from '@inlet/db'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { toPage } from '../http/to-page.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import { targetNotFound } from './get-notification.js'
import type { NotificationDeps } from './notification-deps.js'
import { toDeliveryView } from './to-target-view.js'

const position = z.tuple([z.string(), z.string()])

const toPosition = (token: readonly [string, string]): { readonly at: Date; readonly id: string } => ({ at: new Date(token[0]), id: token[1] })

export const testNotificationHandler =
  (deps: NotificationDeps): Handler<Endpoints['testNotification']> =>
  async ({ params: { id } }) => {
    const target = await findTarget(deps.database, id)
    if (target === null) throw targetNotFound()
    const write = (messageId: string): string =>
      JSON.stringify({
        type: 'test',
        id: messageId,
        timestamp: new Date().toISOString(),
        data: { message: `Notifications of Inlet reach "${target.name}".` },
      })
    const added = await addTestDelivery(deps.database, id, write)
    if (added === null) throw targetNotFound()
    return { status: 202, body: toDeliveryView(added) }
  }

export const listDeliveriesHandler =
  (deps: NotificationDeps): Handler<Endpoints['listDeliveries']> =>
  async ({ params, query }) => {
    if ((await findTarget(deps.database, params.id)) === null) throw targetNotFound()
    const list = listName('listDeliveries', { ...query, targetId: params.id })
    const before = query.cursor === undefined ? null : toPosition(deps.tokens.decode(list, query.cursor, position))
    const rows = await listDeliveries(deps.database, { targetId: params.id, status: query.status, before, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.createdAt.toISOString(), last.id]))
    return { status: 200, body: { ...page, items: page.items.map(toDeliveryView) } }
  }

export const listIncidentsHandler =
  (deps: NotificationDeps): Handler<Endpoints['listIncidents']> =>
  async ({ query }) => {
    const sourceId = query.source === undefined ? undefined : await findSourceId(deps.database, query.source)
    if (sourceId === null) throw sourceNotFound()
    const list = listName('listIncidents', query)
    const before = query.cursor === undefined ? null : toPosition(deps.tokens.decode(list, query.cursor, position))
    const open = query.state === 'all' ? null : query.state === 'open'
    const rows = await listIncidents(deps.database, { sourceId, kind: query.kind, open, before, limit: query.limit + 1 })
    return { status: 200, body: toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.openedAt.toISOString(), last.id])) }
  }
