import type { Endpoints } from '@inlet/contract'
import { type Database, listWorkers } from '@inlet/db'
import type { Handler } from '../http/reply.js'

export const listWorkersHandler =
  ({ database }: { readonly database: Database }): Handler<Endpoints['listWorkers']> =>
  async () => {
    const workers = await listWorkers(database)
    const items = workers.map((worker) => ({ ...worker, startedAt: worker.startedAt.toISOString(), beatAt: worker.beatAt.toISOString() }))
    return { status: 200, body: { items } }
  }

export const createWorkerHandlers = (deps: { readonly database: Database }) => ({ listWorkers: listWorkersHandler(deps) })
