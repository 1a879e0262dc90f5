import { randomUUID } from 'node:crypto'
import {
  ALL_REPAIRS,
  accountTicksTogether,
  claimRechecks,
  countWantedSchedules,
  createContinuousRuns,
  createDueRestart,
  createPushRuns,
  createRetryRuns,
  type Database,
  findRepairs,
  forgetDead,
  forgetExpiredCalls,
  forgetSynced,
  insertCall,
  listDueRestarts,
  listOverdueSources,
  listRunsToEnqueue,
  listSchedulersToSync,
  listWantedSchedules,
  markStaleness,
} from '@inlet/db'
import type { Logger, Metrics } from '@inlet/observability'
import type { JobScheduler, Queues } from '@inlet/queue'
import { createGrouping, createThrottle, monotonicNow, withDeadline } from '@inlet/runtime'
import type { Keyring } from '@inlet/security'
import type { Chore } from './chores.js'
import { type RepairSecretsDeps, repairSecrets } from './repair-secrets.js'
import { createSteps, type Steps } from './steps.js'

export interface ReconcileDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'syncJobScheduler' | 'countSchedules' | 'listSchedules' | 'enqueueRuns' | 'enqueueCall'>
  readonly metrics: Pick<Metrics, 'countTick' | 'countRestored' | 'countMaintenanceFailure'>
  readonly log: Logger
  /** Compares each schedule with the queue, not only their number: one may have drifted, or one may be missing while a stray makes up for it. */
  readonly thorough: boolean
  /** Connectors whose runs follow one another. */
  readonly continuous: readonly string[]
}

/** What one pass repaired. */
export interface ReconcileReport {
  readonly restored: number
  readonly strays: number
  readonly ticks: number
  readonly enqueued: number
  readonly restarted: number
  /** Checks started for sources in ERROR. */
  readonly rechecked: number
  /** Runs for quarantined records to be retried. */
  readonly retried: number
  /** Runs for pushed events that no run had read. */
  readonly pushed: number
  /** Runs of continuous sources that had none. */
  readonly continued: number
  /** Sources that began to miss their freshness objective, and sources that meet it again. */
  readonly stale: number
  readonly fresh: number
}

/** Ticks not handled for this long are handled here (s). */
const GRACE_SECONDS = 20
const CHUNK = 500

/**
 * Compares the desired state with the actual state and repairs the difference. Any number of processes may run it at once: the database decides each
 * step. A step or source that fails or is locked does not stop the others; the next pass tries it again.
 */
export const reconcile = async (deps: ReconcileDeps): Promise<ReconcileReport> => {
  const { database } = deps
  const steps = createSteps(deps)
  const begin = (step: string, create: () => Promise<readonly string[]>): Promise<number> =>
    steps.run(step, async () => enqueueNew(deps, await create()), 0)
  const strays = await steps.run('strays', () => repairSchedules(deps, steps), 0)
  const restored = await steps.run('schedules', () => syncMissing(deps, steps), 0)
  const repairs = await steps.run('looking', () => findRepairs(database, { graceSeconds: GRACE_SECONDS, continuous: deps.continuous }), ALL_REPAIRS)
  const ticks = repairs.overdue ? await steps.run('ticks', () => handleOverdue(deps, steps), 0) : 0
  const restarted = repairs.restarts ? await begin('restarts', () => createRestarts(deps, steps)) : 0
  const rechecked = repairs.rechecks ? await steps.run('rechecks', () => startRechecks(deps, steps), 0) : 0
  const retried = repairs.retries ? await begin('retries', () => createRetryRuns(database, { limit: CHUNK })) : 0
  const pushed = !repairs.pushed ? 0 : await begin('pushed', () => createPushRuns(database, { limit: CHUNK }))
  const continued = !repairs.continuous
    ? 0
    : await begin('continuous', () => createContinuousRuns(database, { connectors: deps.continuous, limit: CHUNK }))
  const enqueued = repairs.lost ? await steps.run('lost runs', () => enqueueLost(deps), 0) : 0
  const unmarked = { stale: 0, fresh: 0 }
  const { stale, fresh } = repairs.staleness ? await steps.run('staleness', () => markStaleness(database), unmarked) : unmarked
  if (repairs.calls) await steps.run('expired calls', () => forgetExpiredCalls(database), 0)
  if (deps.thorough) await steps.run('dead processes', () => forgetDead(database), undefined)
  const report = { restored, strays, ticks, enqueued, restarted, rechecked, retried, pushed, continued, stale, fresh }
  if (Object.values(report).some((count) => count > 0)) deps.log.info(report, 'reconciled')
  return report
}

/** Compares everything when that is due, or when the queue does not hold the expected number of schedulers. */
const repairSchedules = async ({ database, queues, thorough }: ReconcileDeps, steps: Steps): Promise<number> => {
  if (!thorough && (await queues.countSchedules()) === (await countWantedSchedules(database))) return 0
  const wanted = await listWantedSchedules(database)
  const { missing, strays } = compareSchedules(wanted, await queues.listSchedules())
  await forgetSynced(database, missing)
  await steps.each('strays', strays, (sourceId) => queues.syncJobScheduler(sourceId, null))
  return strays.length
}

/** Returns which wanted schedules are missing or differ in the queue, and which of those in the queue are not wanted. Pure. */
export const compareSchedules = (
  wanted: readonly { readonly sourceId: string; readonly schedule: { readonly cron: string; readonly timeZone: string } }[],
  actual: readonly JobScheduler[],
): { readonly missing: readonly string[]; readonly strays: readonly string[] } => {
  const present = new Map(actual.map((scheduler) => [scheduler.sourceId, `${scheduler.cron} ${scheduler.timeZone}`]))
  const ids = new Set(wanted.map(({ sourceId }) => sourceId))
  return {
    missing: wanted
      .filter(({ sourceId, schedule }) => present.get(sourceId) !== `${schedule.cron} ${schedule.timeZone}`)
      .map(({ sourceId }) => sourceId),
    strays: actual.filter(({ sourceId }) => !ids.has(sourceId)).map(({ sourceId }) => sourceId),
  }
}

const syncMissing = async ({ database, queues, metrics }: ReconcileDeps, steps: Steps): Promise<number> => {
  const tried: string[] = []
  let failed = 0
  for (;;) {
    const chunk = await listSchedulersToSync(database, CHUNK, tried)
    const left = await steps.each('schedules', chunk, ({ sourceId, schedule }) => queues.syncJobScheduler(sourceId, schedule))
    tried.push(...chunk.map(({ sourceId }) => sourceId))
    failed += left.length
    if (chunk.length < CHUNK) break
  }
  const synced = tried.length - failed
  if (synced > 0) metrics.countRestored(synced)
  return synced
}

const handleOverdue = async (deps: ReconcileDeps, steps: Steps): Promise<number> => {
  const tried: string[] = []
  let handled = 0
  const account = createGrouping({
    work: async (ids: readonly string[]) => {
      const accounted = await accountTicksTogether(deps.database, ids, 'reconciler')
      return ids.map((id) => accounted.get(id))
    },
    most: CHUNK,
  })
  for (;;) {
    const chunk = await listOverdueSources(deps.database, { graceSeconds: GRACE_SECONDS, limit: CHUNK, except: tried })
    const runs: string[] = []
    await steps.each('ticks', chunk, async (sourceId) => {
      const { runId = null, written = {} } = (await account(sourceId)) ?? {}
      for (const [outcome, count] of Object.entries(written)) for (let i = 0; i < count; i++) deps.metrics.countTick(outcome)
      if (Object.keys(written).length > 0) handled += 1
      if (runId !== null) runs.push(runId)
    })
    await steps.run('ticks', () => enqueueNew(deps, runs), 0)
    tried.push(...chunk)
    if (chunk.length < CHUNK) return handled
  }
}

const createRestarts = async ({ database }: ReconcileDeps, steps: Steps): Promise<readonly string[]> => {
  const runs: string[] = []
  await steps.each('restarts', await listDueRestarts(database, CHUNK), async (sourceId) => {
    const runId = await createDueRestart(database, sourceId)
    if (runId !== null) runs.push(runId)
  })
  return runs
}

const enqueueNew = async ({ queues }: ReconcileDeps, runIds: readonly string[]): Promise<number> => {
  await queues.enqueueRuns(runIds.map((runId) => ({ runId, attempt: 0 })))
  return runIds.length
}

const enqueueLost = async ({ database, queues }: ReconcileDeps): Promise<number> => {
  const runs = await listRunsToEnqueue(database, CHUNK)
  await queues.enqueueRuns(runs)
  return runs.length
}

/** Few enough that they do not hold up calls that users wait for, however many sources stopped at once. */
const AT_A_TIME = 10
/** A check that no worker has begun by then is left to the next time. */
const DEADLINE_MS = 60_000

/** Starts the due checks of sources in ERROR. Returns how many. */
const startRechecks = async (
  { database, queues }: { readonly database: Database; readonly queues: Pick<Queues, 'enqueueCall'> },
  steps: Steps,
): Promise<number> => {
  const due = await claimRechecks(database, AT_A_TIME)
  const failed = await steps.each('rechecks', due, async ({ sourceId, versionId, connector, config }) => {
    const id = randomUUID()
    const call = { id, kind: 'recheck', connector, config, sealedSecrets: null, sourceId, params: { versionId }, timeoutMs: DEADLINE_MS } as const
    await insertCall(database, call)
    await queues.enqueueCall(id)
  })
  return due.length - failed.length
}

export interface ReconcilingDeps extends Omit<ReconcileDeps, 'thorough' | 'queues'> {
  readonly queues: ReconcileDeps['queues'] & RepairSecretsDeps['queues']
  readonly keyring: Keyring
  /** Whether this process may act now, e.g. its clock is right. */
  readonly isAllowed: () => boolean
}

/** Shorter than the pause between two looks at a chore, so that one process alone never misses its turn. */
const EVERY_MS = 12_000
const THOROUGH_EVERY_MS = 300_000
const SECRETS_EVERY_MS = 60_000
/** A pass that takes longer is left to itself, and another process may begin the next one. */
const LONGEST_PASS_MS = 120_000

/** Creates the chore that reconciles, which no queue has to start. */
export const reconcileOften = ({ queues, keyring, isAllowed, ...deps }: ReconcilingDeps): Chore => {
  const isThoroughPass = createThrottle(THOROUGH_EVERY_MS, monotonicNow)
  const looksAtSecrets = createThrottle(SECRETS_EVERY_MS, monotonicNow)
  const pass = async (): Promise<void> => {
    if (looksAtSecrets()) await createSteps(deps).run('secrets', () => repairSecrets({ ...deps, queues, keyring }), undefined)
    await reconcile({ ...deps, queues, thorough: isThoroughPass() })
  }
  return {
    name: 'reconcile',
    everyMs: EVERY_MS,
    isWanted: async () => isAllowed(),
    work: () => withDeadline(pass, LONGEST_PASS_MS, 'reconciling'),
  }
}
