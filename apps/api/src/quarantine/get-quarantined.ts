import type { Endpoints } from '@inlet/contract'
import { findQuarantined } from '@inlet/db'
import { Failure } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { QuarantineDeps } from './quarantine-deps.js'
import { toQuarantinedView } from './to-quarantined-view.js'

/** Written by hand around the texts of the records, so that their numbers keep all digits. */
export const getQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['getQuarantined']> =>
  async ({ params }) => {
    const row = await findQuarantined(deps.database, params.id)
    if (row === null) throw quarantinedNotFound()
    const view = JSON.stringify(toQuarantinedView(row))
    return { status: 200, json: `${view.slice(0, -1)},"record":${row.record ?? 'null'},"edited":${row.edited ?? 'null'}}` }
  }

export const quarantinedNotFound = (): Failure => new Failure('NOT_FOUND', 'there is no such record in quarantine')
