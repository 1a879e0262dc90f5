import {
  accountTicks,
  createContinuousRuns,
  createDueRestarts,
  createPushRuns,
  createRetryRuns,
  type Database,
  deleteSource,
  disarm,
  forgetDead,
  listOverdueSources,
  listRunsToEnqueue,
  listSchedulesToArm,
  listSourcesToDelete,
  listWantedSchedules,
  markArmed,
  markEnqueued,
  markStaleness,
} from '@inlet/db'
import type { Logger, Metrics } from '@inlet/observability'
import type { ArmedSchedule, Queues } from '@inlet/queue'

export interface ReconcileDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'armSchedule' | 'countSchedules' | 'listSchedules' | 'enqueueRuns'>
  readonly metrics: Pick<Metrics, 'countTick' | 'countRearmed' | 'forgetSource'>
  readonly log: Logger
  /** Compares each schedule with the queue, not only their number: one may have drifted, or one be missing beside a stray. */
  readonly thorough: boolean
  /** Connectors whose runs follow one another. */
  readonly continuous: readonly string[]
}

/** What one pass mended. */
export interface ReconcileReport {
  readonly rearmed: number
  readonly strays: number
  readonly ticks: number
  readonly enqueued: number
  readonly restarted: number
  /** Runs for records of the quarantine that somebody wants to be retried. */
  readonly retried: number
  /** Runs for events that were pushed and that nobody read. */
  readonly pushed: number
  /** Runs of continuous sources that had none. */
  readonly continued: number
  readonly deleted: number
  /** Sources that began to miss their freshness objective, and that meet it again. */
  readonly stale: number
  readonly fresh: number
}

/** Ticks that nobody handled for this long are handled here (s). */
const GRACE_SECONDS = 20
const CHUNK = 500
const PARALLEL = 20

/** Compares wanted with actual and mends the difference. Any number may run at once: the database decides each step. */
export const reconcile = async (deps: ReconcileDeps): Promise<ReconcileReport> => {
  const strays = await repairSchedules(deps)
  const rearmed = await armMissing(deps)
  const ticks = await handleOverdue(deps)
  const restarted = await enqueueNew(deps, await createDueRestarts(deps.database, CHUNK))
  const retried = await enqueueNew(deps, await createRetryRuns(deps.database, { limit: CHUNK }))
  const pushed = await enqueueNew(deps, await createPushRuns(deps.database, { limit: CHUNK }))
  const continued = await enqueueNew(deps, await createContinuousRuns(deps.database, { connectors: deps.continuous, limit: CHUNK }))
  const enqueued = await enqueueLost(deps)
  const deleted = await finishDeletions(deps)
  const { stale, fresh } = await markStaleness(deps.database)
  await forgetDead(deps.database)
  const report = { rearmed, strays, ticks, enqueued, restarted, retried, pushed, continued, deleted, stale, fresh }
  if (Object.values(report).some((count) => count > 0)) deps.log.info(report, 'reconciled')
  return report
}

/** Everything is compared when it is time for that, or when the queue does not hold as many schedulers as are believed to be there. */
const repairSchedules = async ({ database, queues, thorough }: ReconcileDeps): Promise<number> => {
  const wanted = await listWantedSchedules(database)
  if (!thorough && (await queues.countSchedules()) === wanted.length) return 0
  const { missing, strays } = compareSchedules(wanted, await queues.listSchedules())
  await disarm(database, missing)
  await inParallel(strays, (sourceId) => queues.armSchedule(sourceId, null))
  return strays.length
}

/** Which wanted schedules are missing or differ in the queue, and which there nobody wants. Pure. */
export const compareSchedules = (
  wanted: readonly { readonly sourceId: string; readonly schedule: { readonly cron: string; readonly timeZone: string } }[],
  actual: readonly ArmedSchedule[],
): { readonly missing: readonly string[]; readonly strays: readonly string[] } => {
  const armed = new Map(actual.map((scheduler) => [scheduler.sourceId, `${scheduler.cron} ${scheduler.timeZone}`]))
  const ids = new Set(wanted.map(({ sourceId }) => sourceId))
  return {
    missing: wanted
      .filter(({ sourceId, schedule }) => armed.get(sourceId) !== `${schedule.cron} ${schedule.timeZone}`)
      .map(({ sourceId }) => sourceId),
    strays: actual.filter(({ sourceId }) => !ids.has(sourceId)).map(({ sourceId }) => sourceId),
  }
}

const armMissing = async ({ database, queues, metrics }: ReconcileDeps): Promise<number> => {
  let armed = 0
  for (;;) {
    const chunk = await listSchedulesToArm(database, CHUNK)
    await inParallel(chunk, async ({ sourceId, schedule }) => {
      await queues.armSchedule(sourceId, schedule)
      await markArmed(database, sourceId, schedule)
    })
    armed += chunk.length
    if (chunk.length < CHUNK) break
  }
  if (armed > 0) metrics.countRearmed(armed)
  return armed
}

const handleOverdue = async (deps: ReconcileDeps): Promise<number> => {
  let handled = 0
  for (;;) {
    const chunk = await listOverdueSources(deps.database, GRACE_SECONDS, CHUNK)
    const runs: string[] = []
    await inParallel(chunk, async (sourceId) => {
      const { runId, written } = await accountTicks(deps.database, sourceId, 'reconciler')
      for (const [outcome, count] of Object.entries(written)) for (let i = 0; i < count; i++) deps.metrics.countTick(outcome)
      if (runId !== null) runs.push(runId)
    })
    await enqueueNew(deps, runs)
    handled += chunk.length
    if (chunk.length < CHUNK) return handled
  }
}

const enqueueNew = async ({ database, queues }: ReconcileDeps, runIds: readonly string[]): Promise<number> => {
  await queues.enqueueRuns(runIds.map((runId) => ({ runId, attempt: 0 })))
  if (runIds.length > 0) await markEnqueued(database, runIds)
  return runIds.length
}

const enqueueLost = async ({ database, queues }: ReconcileDeps): Promise<number> => {
  const runs = await listRunsToEnqueue(database, CHUNK)
  await queues.enqueueRuns(runs)
  if (runs.length > 0)
    await markEnqueued(
      database,
      runs.map(({ runId }) => runId),
    )
  return runs.length
}

const finishDeletions = async ({ database, metrics }: ReconcileDeps): Promise<number> => {
  const sources = await listSourcesToDelete(database, 20)
  for (const sourceId of sources) {
    await deleteSource(database, sourceId)
    await metrics.forgetSource(sourceId)
  }
  return sources.length
}

const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> => {
  const queue = [...items]
  await Promise.all(
    Array.from({ length: Math.min(PARALLEL, items.length) }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
    }),
  )
}
