import type { Endpoints } from '@inlet/contract'
import { type Database, listWorkers } from '@inlet/db'
import { type PageTokens, pageOfAll } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'

interface WorkerDeps {
  readonly database: Database
  readonly tokens: PageTokens
}

export const listWorkersHandler =
  ({ database, tokens }: WorkerDeps): Handler<Endpoints['listWorkers']> =>
  async ({ query }) => {
    const page = pageOfAll(
      await listWorkers(database),
      { tokens, list: ['listWorkers', {}], query },
      ({ alive, role, startedAt, id }) => `${alive ? 0 : 1} ${role} ${startedAt.toISOString()} ${id}`,
    )
    const items = page.items.map((worker) => ({
      ...worker,
      startedAt: worker.startedAt.toISOString(),
      heartbeatAt: worker.heartbeatAt.toISOString(),
    }))
    return { status: 200, body: { items, nextCursor: page.nextCursor } }
  }

export const createWorkerHandlers = (deps: WorkerDeps) => ({ listWorkers: listWorkersHandler(deps) })
