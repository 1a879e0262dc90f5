import { timeoutSignal } from '@inlet/connector-sdk'
import { type Database, type EndedRun, type LeasedRun, parkRun, type RunEnd, type RunFailure, releaseRun } from '@inlet/db'
import { type Failure, toFailure } from '@inlet/domain'
import type { Logger, Metrics } from '@inlet/observability'
import type { RunWriter } from '../writing/run-writer.js'
import { type RunResult, toEnded } from './run-result.js'

const LONGEST_PARK_MS = 86_400_000
const DEFAULT_PARK_MS = 60_000

interface LeaveDeps {
  readonly database: Database
  readonly metrics: Pick<Metrics, 'countError'>
  readonly log: Logger
}

/** Ends the run with what is known about it. */
export type StopWith = (end: Omit<RunEnd, 'runId' | 'epoch'>) => Promise<EndedRun | null>

interface Leave {
  readonly deps: LeaveDeps
  readonly run: LeasedRun
  readonly writer: RunWriter
  readonly drain: AbortSignal
  readonly leaseSignal: AbortSignal
  readonly thrown: unknown
  readonly stopWith: StopWith
}

/** Leaves a run that was interrupted: as lost, released, parked or failed. */
export const leaveRun = async ({ deps, run, writer, drain, leaseSignal, thrown, stopWith }: Leave): Promise<RunResult> => {
  const reason: unknown = leaseSignal.aborted ? leaseSignal.reason : thrown
  const failure = toFailure(reason)
  if (failure.reason === 'LEASE_LOST') return { left: 'lost' }
  const place = { runId: run.runId, sourceId: run.sourceId, epoch: run.epoch }
  await untilStored(writer)
  if (drain.aborted && !leaseSignal.aborted) {
    await releaseRun(deps.database, place)
    return { left: 'released' }
  }
  if (failure.code === 'rate_limited') {
    const waitMs = Math.min(failure.retryAfterMs ?? DEFAULT_PARK_MS, LONGEST_PARK_MS)
    await parkRun(deps.database, { ...place, wakeAt: new Date(Date.now() + waitMs), reason: failure.reason, message: failure.message })
    return { left: 'parked', waitMs }
  }
  deps.metrics.countError({ source: run.sourceId, connector: run.connector }, failure.reason)
  if (failure.code === 'internal') deps.log.error({ err: failure, runId: run.runId, sourceId: run.sourceId }, 'a run failed because of a defect')
  return toEnded(await stopWith({ failure: toRunFailure(failure) }))
}

/** Waits a few seconds for what was sent: once stored, it need not be read again. */
const untilStored = async (writer: RunWriter): Promise<void> => {
  await writer.drained(timeoutSignal(5_000)).catch(() => {})
}

/** Returns what is stored of a failure with its run. */
export const toRunFailure = (failure: Failure): RunFailure => ({
  code: failure.code,
  reason: failure.reason,
  message: failure.message,
  next: failure.next,
})
