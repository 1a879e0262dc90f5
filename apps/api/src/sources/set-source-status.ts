import type { Endpoints } from '@inlet/contract'
import { accountTicks, findSource, findSourceId, setStatus } from '@inlet/db'
import { toEtag } from '../http/etag.js'
import type { ApiCall, Handler, Reply } from '../http/reply.js'
import { armAfterCommit, enqueueAfterCommit } from './after-commit.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'
import { toSourceDetail } from './to-source-view.js'

type Call = Pick<ApiCall<Endpoints['pauseSource']>, 'params' | 'actor'>

const changeStatus = async (deps: SourceDeps, { params, actor }: Call, status: 'ACTIVE' | 'PAUSED'): Promise<Reply> => {
  const id = await findSourceId(deps.database, params.id)
  if (id === null) throw sourceNotFound()
  // Ticks due until now are accounted for under the old status.
  const due = await accountTicks(deps.database, id, 'scheduler')
  if (!(await setStatus(deps.database, { sourceId: id, status, actor }))) throw sourceNotFound()
  const source = await findSource(deps.database, id)
  if (source === null) throw sourceNotFound()
  await Promise.all([
    armAfterCommit(deps, id, source.status === 'PAUSED' ? null : source.schedule),
    due.runId === null ? undefined : enqueueAfterCommit(deps, [due.runId]),
  ])
  return { status: 200, headers: { etag: toEtag(source.revision) }, body: toSourceDetail(source) }
}

export const pauseSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['pauseSource']> =>
  (call) =>
    changeStatus(deps, call, 'PAUSED')

export const resumeSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['resumeSource']> =>
  (call) =>
    changeStatus(deps, call, 'ACTIVE')
