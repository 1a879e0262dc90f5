import type { Endpoints } from '@inlet/contract'
import { dropQuarantined } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import { quarantinedNotFound } from './get-quarantined.js'
import type { QuarantineDeps } from './quarantine-deps.js'

export const dropQuarantinedHandler =
  (deps: QuarantineDeps): Handler<Endpoints['dropQuarantined']> =>
  async ({ params, actor }) => {
    if (!(await dropQuarantined(deps.database, params.id, actor))) throw quarantinedNotFound()
    return { status: 204 }
  }
