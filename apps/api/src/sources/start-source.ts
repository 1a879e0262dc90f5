import type { Endpoints } from '@inlet/contract'
import type { Handler } from '../http/reply.js'
import { actAndShow } from './perform-action.js'
import type { SourceDeps } from './source-deps.js'

export const startSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['startSource']> =>
  (call) =>
    actAndShow(deps, call, 'start')
