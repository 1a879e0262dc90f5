import type { FreshnessView } from '@inlet/contract'
import { createRun, findLastPending, isIndexedUpTo, listEndedRuns, listFreshness, type SourceFreshness } from '@inlet/db'
import { allowsRuns, Failure } from '@inlet/domain'
import { monotonicNow, sleep } from '@inlet/runtime'
import { enqueueAfterCommit, type QueueDeps } from '../source-access/after-commit.js'

interface FreshnessRequest {
  /** Null: all sources that are not paused. */
  readonly sourceIds: readonly string[] | null
  readonly maxAgeSeconds: number
  readonly waitMs: number
  /** Whether the result is searched: then what the runs stored must also be indexed. */
  readonly searched: boolean
  readonly signal: AbortSignal
}

/** The most sources that one request may run. */
const MAX_SOURCES = 50
const POLL_MS = 200

/** Runs the stale sources in scope, waits for them up to `waitMs`, and returns for each whether it is fresh now. */
export const ensureFresh = async (deps: QueueDeps, request: FreshnessRequest): Promise<readonly FreshnessView[]> => {
  const { sourceIds, maxAgeSeconds } = request
  const askedAt = monotonicNow()
  const stale = await listFreshness(deps.database, { sourceIds, maxAgeSeconds, limit: MAX_SOURCES + 1 })
  if (stale.length > MAX_SOURCES)
    throw new Failure('VALIDATION_FAILED', `more than ${MAX_SOURCES} sources are older`, {
      field: 'ensureFresh',
      next: 'Name the sources with source=.',
    })
  const runs = await startRuns(deps, stale)
  const deadline = monotonicNow() + request.waitMs
  await untilEnded(deps, [...runs.values()], deadline, request.signal)
  if (request.searched && runs.size > 0) await untilIndexed(deps, deadline, request.signal)
  const ids = stale.map(({ id }) => id)
  // Ages count from the request: what a run has read since then is fresh, however long waiting and indexing took.
  const sinceAsked = maxAgeSeconds + (monotonicNow() - askedAt) / 1_000
  const now = await listFreshness(deps.database, { sourceIds: ids, maxAgeSeconds: sinceAsked, limit: MAX_SOURCES, all: true })
  return now.map((source) => toView(source, runs.get(source.id) ?? null))
}

/** Starts runs and returns them by source; a source that is paused or needs its owner gets none, and an already active run is reused. */
const startRuns = async (deps: QueueDeps, stale: readonly SourceFreshness[]): Promise<ReadonlyMap<string, string>> => {
  const runs = new Map<string, string>()
  const created: string[] = []
  for (const source of stale.filter(({ status }) => status === 'ACTIVE')) {
    const run = await createRun(deps.database.pool, { sourceId: source.id, trigger: 'fresh' })
    if (run === null) continue
    runs.set(source.id, run.id)
    if (run.created) created.push(run.id)
  }
  await enqueueAfterCommit(deps, created)
  return runs
}

const untilEnded = async (deps: Pick<QueueDeps, 'database'>, runIds: readonly string[], deadline: number, signal: AbortSignal): Promise<void> => {
  let waiting = runIds
  while (waiting.length > 0 && monotonicNow() < deadline) {
    await pause(deadline, signal)
    const ended = await listEndedRuns(deps.database, waiting)
    waiting = waiting.filter((id) => !ended.has(id))
  }
}

/** Waits until everything stored by now is searchable. */
const untilIndexed = async (deps: Pick<QueueDeps, 'database'>, deadline: number, signal: AbortSignal): Promise<void> => {
  const last = await findLastPending(deps.database)
  while (last !== null && monotonicNow() < deadline && !(await isIndexedUpTo(deps.database, last))) await pause(deadline, signal)
}

const pause = (deadline: number, signal: AbortSignal): Promise<void> => sleep(Math.min(POLL_MS, Math.max(1, deadline - monotonicNow())), signal)

const toView = (source: SourceFreshness, runId: string | null): FreshnessView => ({
  sourceId: source.id,
  source: source.name,
  fresh: source.fresh,
  lastSuccessAt: source.lastSuccessAt?.toISOString() ?? null,
  runId,
  because: source.fresh ? null : becauseOf(source, runId),
})

const becauseOf = (source: SourceFreshness, runId: string | null): string => {
  if (!allowsRuns(source.status)) return `the source is ${source.status.toLowerCase()}`
  if (source.status === 'ERROR') return 'the source needs its owner; see its status'
  return runId === null ? 'the source cannot run now' : 'its run has not succeeded in time; see the run'
}
