import { randomUUID } from 'node:crypto'
import type { Endpoints } from '@inlet/contract'
import {
  type BulkItem,
  type BulkOperation,
  createBulkOperation,
  type Database,
  findBulkOperation,
  findSourceIds,
  listBulkItems,
  listBulkOperations,
  stopBulkOperation,
} from '@inlet/db'
import { Failure, fillStep, nextStepOf } from '@inlet/domain'
import { z } from 'zod'
import { listName, type PageTokens, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { type LimitDeps, requireRoom, roomFor } from '../keys/key-limits.js'
import type { BulkRunner } from './bulk-runner.js'

export interface BulkDeps extends LimitDeps {
  readonly database: Database
  readonly tokens: PageTokens
  readonly runner: Pick<BulkRunner, 'wake'>
  /** The files that define the sources; null: sources may be changed here. */
  readonly sourceFiles: string | null
}

const NONE = { waiting: 0, done: 0, unchanged: 0, failed: 0, skipped: 0 }

const toView = ({ createdAt, stoppedAt, doneAt, ...operation }: BulkOperation) => {
  const counts = { ...NONE, ...operation.counts }
  return {
    ...operation,
    counts,
    statusesBefore: operation.statusesBefore ?? {},
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    createdAt: createdAt.toISOString(),
    stoppedAt: stoppedAt?.toISOString() ?? null,
    doneAt: doneAt?.toISOString() ?? null,
  }
}

const getView = async ({ database }: BulkDeps, id: string) => {
  const operation = await findBulkOperation(database, id)
  if (operation === null) throw new Failure('NOT_FOUND', 'there is no such bulk operation')
  return toView(operation)
}

const createHandler =
  (deps: BulkDeps): Handler<Endpoints['createBulkOperation']> =>
  async ({ body, actor, principal }) => {
    if (body.action === 'label' && deps.sourceFiles !== null)
      throw new Failure('SOURCES_IN_FILES', `the sources are kept in ${deps.sourceFiles}, and cannot be changed here`)
    await requireRoom(deps, 'bulkOperations', actor)
    const found = await findSourceIds(deps.database, body.sources)
    const sourceIds = [...new Set(found.filter((id) => id !== null))]
    if (sourceIds.length === 0) throw new Failure('NOT_FOUND', 'none of them is a source', { field: 'sources' })
    const id = randomUUID()
    const actsUntil = principal?.kind === 'token' ? principal.until : null
    const room = roomFor(deps.limits, 'bulkOperations', actor)
    await createBulkOperation(deps.database, { id, action: body.action, labels: body.labels ?? null, actor, actsUntil, sourceIds, room })
    deps.runner.wake()
    const unknown = body.sources.filter((_, index) => found[index] === null)
    return { status: 202, headers: { location: `/v1/bulk-operations/${id}` }, body: { ...(await getView(deps, id)), unknown } }
  }

const position = z.tuple([z.string(), z.string()])

const listHandler =
  (deps: BulkDeps): Handler<Endpoints['listBulkOperations']> =>
  async ({ query }) => {
    const list = listName('listBulkOperations', query)
    const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)
    const rows = await listBulkOperations(deps.database, {
      after: after === null ? null : { createdAt: after[0], id: after[1] },
      limit: query.limit + 1,
    })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.createdAt.toISOString(), last.id]))
    return { status: 200, body: { ...page, items: page.items.map(toView) } }
  }

const toItemView = ({ sourceId, slug, name, result, statusBefore, reason, message, runId, doneAt }: BulkItem) => ({
  sourceId,
  slug,
  name,
  result,
  statusBefore,
  reason,
  message,
  next: reason === null ? null : fillStep(nextStepOf(reason), slug),
  runId,
  doneAt: doneAt?.toISOString() ?? null,
})

const itemPosition = z.tuple([z.int()])

const listItemsHandler =
  (deps: BulkDeps): Handler<Endpoints['listBulkItems']> =>
  async ({ params: { id }, query }) => {
    await getView(deps, id)
    const list = listName(`listBulkItems ${id}`, query)
    const afterPosition = query.cursor === undefined ? -1 : deps.tokens.decode(list, query.cursor, itemPosition)[0]
    const rows = await listBulkItems(deps.database, { id, result: query.result, afterPosition, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.position]))
    const items = page.items.map(toItemView)
    return { status: 200, body: { ...page, items } }
  }

const stopHandler =
  (deps: BulkDeps): Handler<Endpoints['stopBulkOperation']> =>
  async ({ params: { id }, actor }) => {
    await stopBulkOperation(deps.database, id, { actor })
    deps.runner.wake()
    return { status: 200, body: await getView(deps, id) }
  }

export const createBulkHandlers = (deps: BulkDeps) => ({
  createBulkOperation: createHandler(deps),
  listBulkOperations: listHandler(deps),
  getBulkOperation: async ({ params }: { readonly params: { readonly id: string } }) => ({ status: 200, body: await getView(deps, params.id) }),
  listBulkItems: listItemsHandler(deps),
  stopBulkOperation: stopHandler(deps),
})
