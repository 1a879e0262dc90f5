import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { Failure } from '@inlet/domain'
import type { Queues } from '@inlet/queue'
import { type RequestHandler, Router } from 'express'
import { getPrincipal, requireScope } from '../http/principal.js'

export const BOARD_PATH = '/admin/queues'

const HIDDEN = { hidden: 'records and settings are not shown here' }

/** Bull Board for admins: it shows how jobs fare, never what they carry. Read-only unless `writable`. */
export const queueBoard = (options: { readonly queues: Pick<Queues, 'boardQueues'>; readonly writable: boolean }): RequestHandler => {
  const server = new ExpressAdapter()
  server.setBasePath(BOARD_PATH)
  const queues = options.queues.boardQueues().map((queue) => {
    const adapter = new BullMQAdapter(queue, { readOnlyMode: !options.writable, allowRetries: options.writable })
    adapter.setFormatter('data', () => HIDDEN)
    adapter.setFormatter('returnValue', () => HIDDEN)
    return adapter
  })
  createBullBoard({ queues, serverAdapter: server, options: { uiConfig: { boardTitle: 'Inlet queues' } } })
  const router = Router()
  router.use((request, response, next) => {
    requireScope(getPrincipal(response), 'admin')
    // Browsers send Basic credentials along with requests that other sites cause.
    const site = request.get('sec-fetch-site')
    if (request.method !== 'GET' && site !== undefined && site !== 'same-origin')
      throw new Failure('FORBIDDEN', 'the request comes from another site')
    next()
  })
  router.use(server.getRouter())
  return router
}
