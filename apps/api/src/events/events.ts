import type { Endpoints } from '@inlet/contract'
import { listEvents } from '@inlet/db'
import { z } from 'zod'
import { listName, type PageTokens, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { getSourceId } from '../source-access/lookup.js'
import { type StreamDeps, streamEventsHandler } from './stream-events.js'

interface EventDeps extends StreamDeps {
  readonly tokens: PageTokens
}

const position = z.tuple([z.string()])

const listEventsHandler =
  (deps: EventDeps): Handler<Endpoints['listEvents']> =>
  async ({ query }) => {
    const list = listName('listEvents', query)
    const direction = query.after === undefined ? ('before' as const) : ('after' as const)
    const id = query.cursor === undefined ? query.after : deps.tokens.decode(list, query.cursor, position)[0]
    const sourceId = query.source === undefined ? undefined : await getSourceId(deps, query.source)
    const rows = await listEvents(deps.database, {
      sourceId,
      type: query.type,
      level: query.level,
      from: id === undefined ? null : { id, direction },
      limit: query.limit + 1,
    })
    return { status: 200, body: toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.id])) }
  }

export const createEventHandlers = (deps: EventDeps) => ({ listEvents: listEventsHandler(deps), streamEvents: streamEventsHandler(deps) })
