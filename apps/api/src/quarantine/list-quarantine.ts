import type { Endpoints } from '@inlet/contract'
import { findSourceId, listQuarantine } from '@inlet/db'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { toPage } from '../http/to-page.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import type { QuarantineDeps } from './quarantine-deps.js'
import { toQuarantinedView } from './to-quarantined-view.js'

const position = z.tuple([z.string()])

export const listQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['listQuarantine']> =>
  async ({ params, query }) => {
    const sourceId = await findSourceId(deps.database, params.id)
    if (sourceId === null) throw sourceNotFound()
    const list = listName('listQuarantine', { ...query, sourceId })
    const beforeId = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)[0]
    const { run: runId, stream, reason, state } = query
    const rows = await listQuarantine(deps.database, { sourceId, runId, stream, reason, state, beforeId, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.id]))
    return { status: 200, body: { ...page, items: page.items.map(toQuarantinedView) } }
  }
