import type { Endpoints } from '@inlet/contract'
import type { Handler } from '../http/reply.js'
import { actAndShow } from './perform-action.js'
import type { SourceDeps } from './source-deps.js'

export const reloadSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['reloadSource']> =>
  (call) =>
    actAndShow(deps, call, 'reload')
