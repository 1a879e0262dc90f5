import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import { type Database, nameJobs } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { QUEUES, type Queues } from '@inlet/queue'
import { type RequestHandler, type Response, Router } from 'express'
import { getPrincipal, requireScope } from '../http/principal.js'
import { describeJob, idsOf, jobsOf, linkOf, type ShownJob, showJobData } from './show-job.js'

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
  /** Where it is served. */
  readonly path: string
}

/** Serves Bull Board to admins: it shows the state of jobs and what they concern, never their content. Read-only unless `writable`. */
export const queueBoard = (options: BoardOptions): RequestHandler => {
  const server = new ExpressAdapter()
  server.setBasePath(options.path)
  const queues = options.queues.boardQueues().map((queue) => {
    const [displayName, description] = ABOUT[queue.name] ?? [queue.name, '']
    const adapter = new BullMQAdapter(queue, {
      readOnlyMode: !options.writable,
      allowRetries: options.writable,
      displayName,
      description,
      // The type requires a link for every job, the board does not.
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
    // Browsers also send Basic credentials with requests that other sites trigger.
    const site = request.get('sec-fetch-site')
    if (request.method !== 'GET' && site !== undefined && site !== 'same-origin')
      throw new Failure('FORBIDDEN', 'the request comes from another site')
    next()
  })
  router.use(ownAssetsOnly, nameJobsOfAnswers(options), server.getRouter())
  return router
}

/** Adds to the board's responses the names of what their jobs concern, which are in the database and not in the queue. */
const nameJobsOfAnswers =
  ({ database }: { readonly database: Pick<Database, 'prisma'> }): RequestHandler =>
  (_request, response, next) => {
    const send = response.json.bind(response)
    response.json = (body: unknown): Response => {
      addNames(database, body).then(
        () => send(body),
        // The board is most needed when something is down: it is useful without names.
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

/** Resources from elsewhere and inline styles in the board's page, which the content policy forbids. */
const FOREIGN = /<link[^>]*fonts\.googleapis\.com[^>]*>|<style>[^]*?<\/style>| style="[^"]*"/g

/** The one style sheet that the board's scripts write into the page; a browser test finds others that a new version adds. */
const OWN_STYLE = `'sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU='`

/** Serves the board's page with its own assets only. */
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
