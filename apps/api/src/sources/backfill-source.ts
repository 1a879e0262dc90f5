import type { Endpoints } from '@inlet/contract'
import type { Handler } from '../http/reply.js'
import { performAction } from './perform-action.js'
import type { SourceDeps } from './source-deps.js'

/** Reads a stream again beside its live cursor. */
export const backfillSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['backfillSource']> =>
  async (call) => {
    const { allowMassDelete, ...backfill } = call.body
    const { runId } = await performAction(deps, call, { action: 'backfill', allowMassDelete, backfill })
    return { status: 202, headers: { location: `/v1/runs/${runId}` }, body: { runId } }
  }
