import type { Endpoints } from '@inlet/contract'
import { findSource } from '@inlet/db'
import { toEtag } from '../http/etag.js'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'
import { toSourceDetail } from './to-source-view.js'

export const getSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['getSource']> =>
  async ({ params }) => {
    const source = await findSource(deps.database, params.id)
    if (source === null) throw sourceNotFound()
    return { status: 200, headers: { etag: toEtag(source.revision) }, body: toSourceDetail(source, deps.findConnector) }
  }
