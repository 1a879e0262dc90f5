import type { Endpoints } from '@inlet/contract'
import { getVersion } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { getSourceId } from './get-source-of.js'
import { toVersionView } from './to-version-view.js'

export const getVersionHandler =
  (deps: SourceDeps): Handler<Endpoints['getVersion']> =>
  async ({ params }) => ({ status: 200, body: toVersionView(await getVersion(deps.database, await getSourceId(deps, params.id), params.number)) })
