import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { type Database, nameJobs } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { QUEUES, type Queues } from '@inlet/queue'
import { type RequestHandler, type Response, Router } from 'express'
import { getPrincipal, requireScope } from '../http/principal.js'
import { describeJob, idsOf, jobsOf, linkOf, type ShownJob, showJobData } from './show-job.js'

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

/** Lets answers of the board name what their jobs are about, which stands in the database and not in the queue. */
const nameJobsOfAnswers =
  ({ database }: { readonly database: Pick<Database, 'prisma'> }): RequestHandler =>
  (_request, response, next) => {
    const send = response.json.bind(response)
    response.json = (body: unknown): Response => {
      addNames(database, body).then(
        () => send(body),
        // The board is for nights when something is down: without names it is still of use.
        () => send(body),
      )
      return response
    }
    next()
  }

const addNames = async (database: Pick<Database, 'prisma'>, body: unknown): Promise<void> => {
  const jobs = jobsOf(body)
  if (jobs.length === 0) return
  const names = await nameJobs(database, idsOf(jobs as unknown as readonly ShownJob[]))
  for (const job of jobs) {
    const { name, failure } = describeJob(job as unknown as ShownJob, names)
    Object.assign(job, { name }, failure === null ? {} : { isFailed: true, failedReason: failure })
  }
}

/** What the page of the board loads from elsewhere or styles in place, which the content policy forbids. */
const FOREIGN = /<link[^>]*fonts\.googleapis\.com[^>]*>|<style>[^]*?<\/style>| style="[^"]*"/g

/** The one style sheet that the scripts of the board write into the page; a test in a browser finds others that a new version brings. */
const OWN_STYLE = `'sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU='`

/** Serves the page of the board with its own assets only. */
const ownAssetsOnly: RequestHandler = (_request, response, next) => {
  const policy = response.get('content-security-policy')
  if (policy !== undefined) response.set('content-security-policy', policy.replace("style-src 'self'", `style-src 'self' ${OWN_STYLE}`))
  const render = response.render.bind(response)
  response.render = (view: string, params?: object | ((error: Error, html: string) => void)): void =>
    render(view, typeof params === 'object' ? params : {}, (error: Error | null, html: string) => {
      if (error === null) response.type('html').send(html.replaceAll(FOREIGN, ''))
      else next(error)
    })
  next()
}
