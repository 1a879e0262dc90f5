import type { RunPage, RunView } from '@inlet/contract'
import { z } from 'zod'
import { segment } from '../inlet-api.js'
import { knownReason, quoted, stepOf } from '../own-words.js'
import { defineTool } from '../tool.js'
import { markUntrusted, untrusted } from '../untrusted.js'

const run = z.looseObject({
  runId: z.string(),
  status: z.string(),
  outcome: z.string().nullable(),
  counts: z.record(z.string(), z.number()),
  error: z.looseObject({ reason: z.string(), next: z.string(), data: untrusted.describe('message') }).nullable(),
})

/** Lists runs, or shows the named one. */
export const listRuns = defineTool({
  name: 'list_runs',
  description: 'See how runs went: counts, errors and what to do next. With runId, only that run; poll it after run_source.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({
    runId: z.string().optional().describe('Only this run.'),
    source: z.string().optional().describe('Only runs of this source (slug).'),
    status: z.enum(['queued', 'running', 'parked', 'ended']).optional().describe('Only in this status.'),
    outcome: z.enum(['ok', 'ok_nothing_new', 'suspect_empty', 'partial', 'failed', 'cancelled']).optional().describe('Only those that ended so.'),
    limit: z.int().min(1).max(20).default(10).describe('How many.'),
    cursor: z.string().optional().describe('nextCursor of the page before.'),
  }),
  output: z.object({ runs: z.array(run), nextCursor: z.string().nullable() }),
  run: async ({ api }, { runId, ...query }) => {
    if (runId !== undefined) return { runs: [toRun(await api<RunView>({ method: 'GET', path: `/v1/runs/${segment(runId)}` }))], nextCursor: null }
    const page = await api<RunPage>({ method: 'GET', path: '/v1/runs', query })
    return { runs: page.items.map(toRun), nextCursor: page.nextCursor }
  },
})

const toRun = (view: RunView): z.input<typeof run> => ({
  runId: view.id,
  sourceId: view.sourceId,
  status: view.status,
  outcome: view.outcome,
  trigger: view.trigger,
  attempt: view.attempt,
  startedAt: view.startedAt,
  finishedAt: view.finishedAt,
  wakeAt: view.wakeAt,
  counts: view.counts,
  error: view.error === null ? null : toError(view.sourceId, view.error),
})

/** What another system answered is its words, and so may be the step that follows from it. */
const toError = (source: string, { reason, message, next }: NonNullable<RunView['error']>) => {
  const step = stepOf(reason, source)
  return {
    reason: knownReason(reason),
    next: step,
    data: markUntrusted(source, { message: quoted(message), ...(next === step ? {} : { next: quoted(next) }) }),
  }
}
