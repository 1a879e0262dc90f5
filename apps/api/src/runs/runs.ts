import type { Endpoints } from '@inlet/contract'
import { cancelRun, type Database, findRun, listLogLines, listRuns } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import { listName, type PageTokens, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { getSourceId } from '../source-access/lookup.js'
import { toRunDetailView, toRunView } from './to-run-view.js'

export interface RunDeps {
  readonly database: Database
  readonly tokens: PageTokens
}

const position = z.tuple([z.string(), z.string()])

const listRunsHandler =
  (deps: RunDeps): Handler<Endpoints['listRuns']> =>
  async ({ query }) => {
    const list = listName('listRuns', query)
    const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)
    const sourceId = query.source === undefined ? undefined : await getSourceId(deps, query.source)
    const rows = await listRuns(deps.database, {
      sourceId,
      status: query.status,
      outcome: query.outcome,
      after: after === null ? null : { createdAt: after[0], id: after[1] },
      limit: query.limit + 1,
    })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.createdAt.toISOString(), last.id]))
    return { status: 200, body: { ...page, items: page.items.map(toRunView) } }
  }

const getRunHandler =
  (deps: RunDeps): Handler<Endpoints['getRun']> =>
  async ({ params }) => {
    const run = await findRun(deps.database, params.id)
    if (run === null) throw new Failure('NOT_FOUND', 'there is no such run')
    return { status: 200, body: toRunDetailView(run) }
  }

const linePosition = z.tuple([z.string()])

const listRunLogsHandler =
  (deps: RunDeps): Handler<Endpoints['listRunLogs']> =>
  async ({ params, query }) => {
    const list = listName(`listRunLogs ${params.id}`, query)
    const afterId = query.cursor === undefined ? (query.after ?? '0') : deps.tokens.decode(list, query.cursor, linePosition)[0]
    if ((await findRun(deps.database, params.id)) === null) throw new Failure('NOT_FOUND', 'there is no such run')
    const { level, stream, attempt } = query
    const rows = await listLogLines(deps.database, { runId: params.id, level, stream, attempt, afterId, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, ({ id }) => deps.tokens.encode(list, [id]))
    return { status: 200, body: { ...page, items: page.items.map((line) => ({ ...line, at: line.at.toISOString() })) } }
  }

const cancelRunHandler =
  (deps: RunDeps): Handler<Endpoints['cancelRun']> =>
  async ({ params, actor }) => {
    // Readers no longer see a run of a source that is being deleted.
    const known = await findRun(deps.database, params.id)
    const result = known === null ? null : await cancelRun(deps.database, params.id, actor)
    if (result === null) throw new Failure('NOT_FOUND', 'there is no such run')
    if (result === 'inactive') throw new Failure('RUN_NOT_ACTIVE', 'the run has ended')
    return { status: 202, body: { runId: params.id, result } }
  }

export const createRunHandlers = (deps: RunDeps) => ({
  listRuns: listRunsHandler(deps),
  getRun: getRunHandler(deps),
  listRunLogs: listRunLogsHandler(deps),
  cancelRun: cancelRunHandler(deps),
})
