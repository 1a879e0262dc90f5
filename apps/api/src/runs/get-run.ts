import type { Endpoints } from '@inlet/contract'
import { findRun } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { RunDeps } from './list-runs.js'
import { toRunView } from './to-run-view.js'

export const getRunHandler =
  (deps: RunDeps): Handler<Endpoints['getRun']> =>
  async ({ params }) => {
    const run = await findRun(deps.database, params.id)
    if (run === null) throw new Failure('NOT_FOUND', 'there is no such run')
    return { status: 200, body: toRunView(run) }
  }
