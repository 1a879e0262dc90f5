import type { Endpoints } from '@inlet/contract'
import { type Database, findSourceIds, listAudit } from '@inlet/db'
import { z } from 'zod'
import { listName, type PageTokens, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'

interface AuditDeps {
  readonly database: Database
  readonly tokens: PageTokens
}

const position = z.tuple([z.string()])
const toDate = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

const listAuditHandler =
  (deps: AuditDeps): Handler<Endpoints['listAudit']> =>
  async ({ query }) => {
    const list = listName('listAudit', query)
    const beforeId = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)[0]
    const { actor, action, targetType, target } = query
    // A slug is never another target's id, so if it names a source, that source is meant.
    const targetId = target === undefined ? undefined : ((await findSourceIds(deps.database, [target]))[0] ?? target)
    const range = { from: toDate(query.from), to: toDate(query.to) }
    const rows = await listAudit(deps.database, { actor, action, targetType, targetId, ...range, beforeId, limit: query.limit + 1 })
    return { status: 200, body: toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.id])) }
  }

export const createAuditHandlers = (deps: AuditDeps) => ({ listAudit: listAuditHandler(deps) })
