import type { RunOutcome, RunStatus, RunTrigger } from '../runs/run.js'
import type { SourceStatus } from '../sources/source-state.js'

/** All that decides whether a source runs now, as it was found at one moment. */
export interface WhyFacts {
  /** Database time of the finding. */
  readonly now: Date
  readonly deleting: boolean
  /** Since when it is being deleted. */
  readonly deletingSince: Date | null
  readonly status: SourceStatus
  readonly statusReason: string | null
  readonly statusMessage: string | null
  readonly connector: string
  /** Whether its connector listens without a schedule. */
  readonly continuous: boolean
  /** Whether it reads what senders push. */
  readonly pushed: boolean
  /** The latest push that was refused, where none was accepted since; null otherwise. */
  readonly refusedPush: { readonly at: Date; readonly message: string } | null
  readonly scheduled: boolean
  readonly nextTickAt: Date | null
  /** Whether the queue is known to hold the job scheduler of the schedule. */
  readonly scheduleSynced: boolean
  readonly restartAt: Date | null
  /** When a source in ERROR is checked again by itself, and what the last such check found; null where it is not. */
  readonly recheck: RecheckFacts | null
  readonly consecutiveFailures: number
  /** Worker processes in a row that ended while they ran it and it came no further. */
  readonly processDeaths: number
  readonly lastRun: EndedRunFacts | null
  /** What is said of the records in quarantine while they are more than a small share; null otherwise. */
  readonly quarantine: string | null
  /** Whether its newest records hold nothing that a search could find but their keys. */
  readonly unsearchable: boolean
  readonly openError: { readonly version: number; readonly reason: string; readonly message: string } | null
  readonly run: ActiveRunFacts | null
  readonly processes: readonly ProcessFacts[]
  /** Where the queue is, e.g. `Redis at 10.0.0.5:6379`. */
  readonly queuePlace: string
  /** What is wrong with the queue; null when it answers. */
  readonly queueProblem: string | null
}

export interface RecheckFacts {
  readonly dueAt: Date
  /** Null: none yet. */
  readonly checkedAt: Date | null
  /** Null: it passed, or there was none. */
  readonly reason: string | null
  readonly message: string | null
}

export interface EndedRunFacts {
  readonly outcome: RunOutcome
  readonly reason: string | null
  readonly message: string | null
  /** What the failure says to do. */
  readonly next: string | null
  readonly warnings: readonly { readonly reason: string; readonly message: string }[]
  /** How many records went to quarantine, and why the latest of those that are still there did. */
  readonly quarantined: number
  readonly quarantinedFor: { readonly reason: string; readonly message: string } | null
}

export interface ActiveRunFacts {
  readonly id: string
  readonly trigger: RunTrigger
  readonly status: RunStatus
  readonly wakeAt: Date | null
  readonly parkedReason: string | null
  /** Which limit or host it waits for, and what was seen of it. */
  readonly parkedMessage: string | null
  readonly cancelling: boolean
  /** When it was asked to stop. */
  readonly cancelRequestedAt: Date | null
  /** How often a worker has begun it, or tried to. */
  readonly attempt: number
  /** When something last happened with it: it was made, begun, read, stored, or was to be woken. */
  readonly movedAt: Date
  /** Its worker runs nothing else until then; null when it needs no such care. */
  readonly isolatedUntil: Date | null
  /** How often in a row it could not even begin, and the last error. */
  readonly beginFailures: number
  readonly beginError: string | null
  /** What a stream of it failed with and its worker tries again; null when nothing of that kind is known. */
  readonly retrying: { readonly reason: string; readonly message: string } | null
  readonly recordsRead: number
  /** Forwarded and not yet stored. */
  readonly waitingBytes: number
  /** The worker that holds the lease, and until when unless it renews it; null when nobody does. */
  readonly holder: { readonly id: string; readonly until: Date } | null
}

/** A worker or scribe process by its last heartbeat. */
export interface ProcessFacts {
  readonly id: string
  readonly role: 'worker' | 'scribe'
  readonly alive: boolean
  /** Why it takes no work. */
  readonly refuses: string | null
  readonly problem: string | null
  readonly concurrency: number
  readonly running: number
  readonly backpressure: boolean
  readonly connectors: readonly string[]
}
