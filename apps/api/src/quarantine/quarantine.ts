import type { Endpoints } from '@inlet/contract'
import { dropQuarantine, dropQuarantined, findQuarantined, listQuarantine, retryQuarantine, retryQuarantined } from '@inlet/db'
import { Failure, whyNotRetryable } from '@inlet/domain'
import { z } from 'zod'
import { listName, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { enqueueAfterCommit } from '../source-access/after-commit.js'
import { getSourceId, sourceNotFound } from '../source-access/find-source.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { parseEdited } from './parse-edited.js'
import { toQuarantinedView } from './quarantined-view.js'

/** What the endpoints of the quarantine use. */
type QuarantineDeps = Pick<SourceDeps, 'database' | 'queues' | 'tokens' | 'log'>

const position = z.tuple([z.string()])

const listQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['listQuarantine']> =>
  async ({ params, query }) => {
    const sourceId = await getSourceId(deps, params.id)
    const list = listName('listQuarantine', { ...query, sourceId })
    const beforeId = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)[0]
    const { run: runId, stream, reason, state } = query
    const rows = await listQuarantine(deps.database, { sourceId, runId, stream, reason, state, beforeId, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.id]))
    return { status: 200, body: { ...page, items: page.items.map(toQuarantinedView) } }
  }

/** Written by hand around the texts of the records, so that their numbers keep all digits. */
const getQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['getQuarantined']> =>
  async ({ params }) => {
    const row = await findQuarantined(deps.database, params.id)
    if (row === null) throw quarantinedNotFound()
    const view = JSON.stringify(toQuarantinedView(row))
    return { status: 200, json: `${view.slice(0, -1)},"record":${row.record ?? 'null'},"edited":${row.edited ?? 'null'}}` }
  }

const quarantinedNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such record in quarantine')

const retryQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['retryQuarantined']> =>
  async ({ params, body, actor }) => {
    const row = await findQuarantined(deps.database, params.id)
    if (row === null) throw quarantinedNotFound()
    const edited = parseEdited(body, row.stream)
    const whyNot = whyNotRetryable({ ...row, state: 'open', hasRecord: row.hasRecord || edited !== null })
    if (whyNot !== null) throw new Failure('NOT_RETRYABLE', whyNot)
    const started = await retryQuarantined(deps.database, { id: row.id, edited }, actor)
    if (started === null) throw quarantinedNotFound()
    await enqueueAfterCommit(deps, started.runId === null ? [] : [started.runId])
    return { status: 202, body: started }
  }

const retryQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['retryQuarantine']> =>
  async ({ params, body, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    const { before, ...choice } = body
    const started = await retryQuarantine(deps.database, { sourceId, ...choice, before: before === undefined ? undefined : new Date(before) }, actor)
    if (started === null) throw sourceNotFound()
    await enqueueAfterCommit(deps, started.runId === null ? [] : [started.runId])
    return { status: 202, body: started }
  }

const dropQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['dropQuarantined']> =>
  async ({ params, actor }) => {
    if (!(await dropQuarantined(deps.database, params.id, actor))) throw quarantinedNotFound()
    return { status: 204 }
  }

const dropQuarantineHandler =
  (deps: QuarantineDeps): Handler<Endpoints['dropQuarantine']> =>
  async ({ params, body, actor }) => {
    const sourceId = await getSourceId(deps, params.id)
    const { before, ...choice } = body
    const dropped = await dropQuarantine(deps.database, { sourceId, ...choice, before: before === undefined ? undefined : new Date(before) }, actor)
    return { status: 200, body: { dropped } }
  }

export const createQuarantineHandlers = (deps: QuarantineDeps) => ({
  listQuarantine: listQuarantineHandler(deps),
  getQuarantined: getQuarantinedHandler(deps),
  retryQuarantined: retryQuarantinedHandler(deps),
  dropQuarantined: dropQuarantinedHandler(deps),
  retryQuarantine: retryQuarantineHandler(deps),
  dropQuarantine: dropQuarantineHandler(deps),
})
