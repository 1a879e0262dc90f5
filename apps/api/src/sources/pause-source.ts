import type { Endpoints } from '@inlet/contract'
import type { Handler } from '../http/reply.js'
import { actAndShow } from './perform-action.js'
import type { SourceDeps } from './source-deps.js'

export const pauseSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['pauseSource']> =>
  (call) =>
    actAndShow(deps, call, 'pause')
