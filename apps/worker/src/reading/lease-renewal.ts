import { type Database, type HeartbeatResult, heartbeat, type LeasedRun } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { monotonicNow, sleep } from '@inlet/runtime'
import type { Backlog } from '../writing/backlog.js'

const LONGEST_HEARTBEAT_MS = 2_000
/** Several heartbeats fit into the watchdog's time, so that a slow one does no harm. */
const HEARTBEATS_PER_LEASE = 6
/** The worker's own watchdog: work stops when the lease was not renewed for this share of its lifetime, well before another worker may take it. */
const WATCHDOG_SHARE = 0.6

export interface RunProgress {
  readonly recordsRead: number
  readonly forwardedBatches: number
  readonly forwardedBytes: number
  readonly progress: object
}

export interface LeaseRenewal {
  /** Aborts with a Failure (LEASE_LOST or CANCELLED) when the work must stop. */
  readonly signal: AbortSignal
  /** Aborts when the source wants something other than what this run does; a listening run then ends. */
  readonly outdated: AbortSignal
  /** Stops renewing; the lease itself ends with the run. */
  stop(): Promise<void>
}

/** Renews the lease of a run every two seconds (more often if it is short) and publishes its progress, until stopped. */
export const startLeaseRenewal = (
  deps: { readonly database: Database; readonly backlog: Backlog; readonly leaseTtlMs: number },
  run: LeasedRun,
  progress: () => RunProgress,
): LeaseRenewal => {
  const abort = new AbortController()
  const outdated = new AbortController()
  const stop = new AbortController()
  const heartbeatMs = Math.min(LONGEST_HEARTBEAT_MS, deps.leaseTtlMs / HEARTBEATS_PER_LEASE)
  let renewedAt = monotonicNow()

  const apply = (answer: HeartbeatResult): void => {
    deps.backlog.report(answer.backlogBytes)
    if (!answer.held) abort.abort(new Failure('LEASE_LOST', 'another worker has taken over the run'))
    else if (answer.cancelRequested) abort.abort(new Failure('CANCELLED', 'cancelled on request'))
    else if (answer.outdated) outdated.abort()
  }
  const renewUntilStopped = async (): Promise<void> => {
    while (!stop.signal.aborted && !abort.signal.aborted) {
      await sleep(heartbeatMs, stop.signal).catch(() => {})
      if (stop.signal.aborted) return
      // The lease lasts from the moment the database renews it, which is no earlier than this.
      const sentAt = monotonicNow()
      try {
        const { sourceId, runId, epoch, generation, credential } = run
        const answer = await heartbeat(deps.database, { sourceId, runId, epoch, generation, credential, ttlMs: deps.leaseTtlMs, ...progress() })
        apply(answer)
        if (answer.renewed) renewedAt = sentAt
      } catch {
        // The database is unavailable; the watchdog limits how long that may last.
      }
    }
  }
  const watchdog = setInterval(() => {
    if (monotonicNow() - renewedAt > deps.leaseTtlMs * WATCHDOG_SHARE)
      abort.abort(new Failure('LEASE_LOST', 'the lease could not be renewed in time'))
  }, heartbeatMs)
  const renewing = renewUntilStopped()

  return {
    signal: abort.signal,
    outdated: outdated.signal,
    async stop() {
      clearInterval(watchdog)
      stop.abort()
      await renewing
    },
  }
}
