import type { Endpoints } from '@inlet/contract'
import { findInboxEvent, findSourceId, listInbox } from '@inlet/db'
import { Failure, toStorableText } from '@inlet/domain'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { toPage } from '../http/to-page.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import type { HookDeps } from './hook-deps.js'

const position = z.tuple([z.string(), z.string()])

export const listHookEventsHandler =
  (deps: HookDeps): Handler<Endpoints['listHookEvents']> =>
  async ({ params, query }) => {
    const sourceId = await findSourceId(deps.database, params.id)
    if (sourceId === null) throw sourceNotFound()
    const { cursor, limit, from, to, state, type, eventId } = query
    const list = listName('listHookEvents', { sourceId, from, to, state, type, eventId })
    const before = cursor === undefined ? null : deps.tokens.decode(list, cursor, position)
    const rows = await listInbox(deps.database, {
      sourceId,
      state,
      type,
      eventId,
      from: toDate(from),
      to: toDate(to),
      before: before === null ? null : { receivedAt: before[0], id: before[1] },
      limit: limit + 1,
    })
    return { status: 200, body: toPage(rows, limit, (last) => deps.tokens.encode(list, [last.receivedAt.toISOString(), last.id])) }
  }

export const getHookEventHandler =
  (deps: HookDeps): Handler<Endpoints['getHookEvent']> =>
  async ({ params }) => {
    const sourceId = await findSourceId(deps.database, params.id)
    const event = sourceId === null ? null : await findInboxEvent(deps.database, sourceId, params.event)
    if (event === null) throw new Failure('NOT_FOUND', 'there is no such event in the inbox of the source')
    return { status: 200, body: { ...event, body: toStorableText(event.body.toString('utf8')) } }
  }

export const toDate = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))
