import type { Endpoints } from '@inlet/contract'
import type { Handler } from '../http/reply.js'
import { actAndShow } from './perform-action.js'
import type { SourceDeps } from './source-deps.js'

export const stopSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['stopSource']> =>
  (call) =>
    actAndShow(deps, call, 'stop')
