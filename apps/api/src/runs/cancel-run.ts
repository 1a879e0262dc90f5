import type { Endpoints } from '@inlet/contract'
import { cancelRun, findRun } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { RunDeps } from './list-runs.js'

export const cancelRunHandler =
  (deps: RunDeps): Handler<Endpoints['cancelRun']> =>
  async ({ params, actor }) => {
    // A run of a source that is being deleted is gone for readers.
    const known = await findRun(deps.database, params.id)
    const result = known === null ? null : await cancelRun(deps.database, params.id, actor)
    if (result === null) throw new Failure('NOT_FOUND', 'there is no such run')
    if (result === 'inactive') throw new Failure('RUN_NOT_ACTIVE', 'the run has ended')
    return { status: 202, body: { runId: params.id, result } }
  }
