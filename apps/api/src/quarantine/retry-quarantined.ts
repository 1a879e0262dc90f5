import type { Endpoints } from '@inlet/contract'
import { findQuarantined, retryQuarantined } from '@inlet/db'
import { Failure, whyNotRetryable } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import { enqueueAfterCommit } from '../sources/after-commit.js'
import { quarantinedNotFound } from './get-quarantined.js'
import { parseEdited } from './parse-edited.js'
import type { QuarantineDeps } from './quarantine-deps.js'

export const retryQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['retryQuarantined']> =>
  async ({ params, body, actor }) => {
    const row = await findQuarantined(deps.database, params.id)
    if (row === null) throw quarantinedNotFound()
    const edited = parseEdited(body, row.stream)
    const whyNot = whyNotRetryable({ ...row, state: 'open', hasRecord: row.hasRecord || edited !== null })
    if (whyNot !== null) throw new Failure('NOT_RETRYABLE', whyNot)
    const started = await retryQuarantined(deps.database, { id: row.id, edited }, actor)
    if (started === null) throw quarantinedNotFound()
    await enqueueAfterCommit(deps, started.runId === null ? [] : [started.runId])
    return { status: 202, body: started }
  }
