import type { Endpoints, WhyView } from '@inlet/contract'
import { gatherWhyFacts, type StoredWhyFacts } from '@inlet/db'
import { explainWhy, toSourceState, type WhyFacts } from '@inlet/domain'
import { withDeadline } from '@inlet/runtime'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from './source-deps.js'
import { sourceNotFound } from './source-not-found.js'

/** A queue that takes longer to answer counts as away (ms). */
const QUEUE_PATIENCE_MS = 2_000

/** Says why a source is not running: one blocker, and what was looked at. */
export const explainSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['explainSource']> =>
  async ({ params }) => {
    const [stored, queueProblem] = await Promise.all([gatherWhyFacts(deps.database, params.id), findQueueProblem(deps)])
    if (stored === null) throw sourceNotFound()
    const connector = deps.findConnector(stored.connector)
    const facts = { ...stored, queueProblem, continuous: connector?.continuous === true, pushed: connector?.receive !== undefined }
    return { status: 200, body: toWhyView(stored, facts) }
  }

const findQueueProblem = async ({ queues }: Pick<SourceDeps, 'queues'>): Promise<string | null> => {
  try {
    await withDeadline(() => queues.countSchedules(), QUEUE_PATIENCE_MS, 'the queue')
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const toWhyView = ({ sourceId }: StoredWhyFacts, facts: WhyFacts): WhyView => {
  const { blocker, checks } = explainWhy(facts)
  return {
    sourceId,
    at: facts.now.toISOString(),
    status: facts.status,
    state: toSourceState({
      status: facts.status,
      activeRun: facts.run?.status ?? null,
      leaseLive: facts.run?.holder != null,
      lastOutcome: facts.lastRun?.outcome ?? null,
    }),
    running: blocker.code === 'RUN_ACTIVE',
    blocker: { ...blocker, clearsAt: blocker.clearsAt?.toISOString() ?? null },
    run: toRun(facts),
    checks: [...checks],
  }
}

const toRun = ({ run, processDeaths }: WhyFacts): WhyView['run'] =>
  run === null
    ? null
    : { id: run.id, status: run.status, attempt: run.attempt, lastProgressAt: run.movedAt.toISOString(), workerDeaths: processDeaths }
