import { type Database, nameJobs } from '@inlet/db'
import type { RequestHandler, Response } from 'express'
import { describeJob, idsOf, jobsOf, type ShownJob } from './show-job.js'

/** Lets answers of the board name what their jobs are about, which stands in the database and not in the queue. */
export const nameJobsOfAnswers =
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
export const ownAssetsOnly: RequestHandler = (_request, response, next) => {
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
