import type { Endpoints } from '@inlet/contract'
import type { Handler } from '../http/reply.js'
import { performAction } from './perform-action.js'
import type { SourceDeps } from './source-deps.js'

export const runSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['runSource']> =>
  async (call) => {
    const { runId } = await performAction(deps, call, { action: 'run', allowMassDelete: call.body.allowMassDelete })
    return { status: 202, headers: { location: `/v1/runs/${runId}` }, body: { runId } }
  }
