import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import type { Database } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { QUEUES, type Queues } from '@inlet/queue'
import { type RequestHandler, Router } from 'express'
import { getPrincipal, requireScope } from '../http/principal.js'
import { nameJobsOfAnswers, ownAssetsOnly } from './board-answers.js'
import { linkOf, showJobData } from './show-job.js'

export const BOARD_PATH = '/admin/queues'

const ABOUT: Readonly<Record<string, readonly [name: string, description: string]>> = {
  [QUEUES.ingestion]: ['Runs', 'Runs of sources, and the due moments of their schedules; workers take them.'],
  [QUEUES.scribe]: ['Batches', 'Records on their way to the store; scribes take them.'],
  [QUEUES.calls]: ['Calls', 'Checks, tests and looks into sources that somebody waits for; workers take them.'],
  [QUEUES.maintenance]: ['Maintenance', 'Compares what should be with what is, every 15 s.'],
}

export interface BoardOptions {
  readonly queues: Pick<Queues, 'boardQueues'>
  readonly database: Pick<Database, 'prisma'>
  readonly writable: boolean
}

/** Bull Board for admins: it shows how jobs fare and what they are about, never what they carry. Read-only unless `writable`. */
export const queueBoard = (options: BoardOptions): RequestHandler => {
  const server = new ExpressAdapter()
  server.setBasePath(BOARD_PATH)
  const queues = options.queues.boardQueues().map((queue) => {
    const [displayName, description] = ABOUT[queue.name] ?? [queue.name, '']
    const adapter = new BullMQAdapter(queue, {
      readOnlyMode: !options.writable,
      allowRetries: options.writable,
      displayName,
      description,
      // The type knows no job without a link, the board does.
      externalJobUrl: ({ data }) => linkOf(data) as NonNullable<ReturnType<typeof linkOf>>,
    })
    adapter.setFormatter('data', showJobData)
    adapter.setFormatter('returnValue', () => null)
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
  router.use(ownAssetsOnly, nameJobsOfAnswers(options), server.getRouter())
  return router
}
