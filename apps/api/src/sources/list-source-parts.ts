import type { Endpoints } from '@inlet/contract'
import { findSourceId, listTicks } from '@inlet/db'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { toPage } from '../http/to-page.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'

const getSourceId = async (deps: SourceDeps, ref: string): Promise<string> => {
  const id = await findSourceId(deps.database, ref)
  if (id === null) throw sourceNotFound()
  return id
}

const textPosition = z.tuple([z.string()])

export const listTicksHandler =
  (deps: SourceDeps): Handler<Endpoints['listTicks']> =>
  async ({ params, query }) => {
    const sourceId = await getSourceId(deps, params.id)
    const list = listName('listTicks', { ...query, sourceId })
    const before = query.cursor === undefined ? null : new Date(deps.tokens.decode(list, query.cursor, textPosition)[0])
    const rows = await listTicks(deps.database, { sourceId, outcome: query.outcome, before, limit: query.limit + 1 })
    return { status: 200, body: toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.scheduledFor.toISOString()])) }
  }
