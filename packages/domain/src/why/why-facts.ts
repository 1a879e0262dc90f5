import type { RunOutcome, RunStatus, RunTrigger } from '../runs/run.js'
import type { SourceStatus } from '../sources/source-state.js'

/** Everything that determines whether a source runs now, read at one moment. */
export interface WhyFacts {
  /** When the facts were read, by the database's clock. */
  readonly now: Date
  readonly deleting: boolean
  /** When its deletion began. */
  readonly deletingSince: Date | null
  readonly status: SourceStatus
  readonly statusReason: string | null
  readonly statusMessage: string | null
  readonly connector: string
  /** Whether its connector listens without a schedule. */
  readonly continuous: boolean
  /** Whether it reads pushed events. */
  readonly pushed: boolean
  /** The latest push that was refused, if none has been accepted since; null otherwise. */
  readonly refusedPush: { readonly at: Date; readonly message: string } | null
  readonly scheduled: boolean
  readonly nextTickAt: Date | null
  /** Whether the queue is known to hold the schedule's job scheduler. */
  readonly scheduleSynced: boolean
  readonly restartAt: Date | null
  /** When a source in ERROR is next checked automatically, and what the last check found; null if it is not checked. */
  readonly recheck: RecheckFacts | null
  readonly consecutiveFailures: number
  /** Consecutive worker processes that died while running it without it getting further. */
  readonly processDeaths: number
  readonly lastSuccessAt: Date | null
  /** Since when its last success has been longer ago than its `freshWithin` allows; null while it is not, or without one. */
  readonly staleSince: Date | null
  readonly lastRun: EndedRunFacts | null
  /** A description of the quarantined records and the most frequent reason, if they exceed the accepted share; null otherwise. */
  readonly quarantine: { readonly message: string; readonly next: string; readonly reason: string | null } | null
  /** Its open records in quarantine, however few: how many, and why the latest is there; null when there are none. */
  readonly quarantined: { readonly records: number; readonly latestReason: string } | null
  /** Whether its newest records contain nothing that a search could find except their keys. */
  readonly unsearchable: boolean
  /** Its records that could not be indexed for search: how many, why the first could not, and when one is tried again. Null when there are none. */
  readonly unindexed: { readonly records: number; readonly problem: string; readonly retryAt: Date | null } | null
  readonly openError: { readonly version: number; readonly reason: string; readonly message: string } | null
  readonly run: ActiveRunFacts | null
  readonly processes: readonly ProcessFacts[]
  /** Why the database accepts no changes or no connections; null when it does. */
  readonly databaseProblem: { readonly reason: string; readonly message: string; readonly next: string } | null
  /** Where the queue is, e.g. `Redis at 10.0.0.5:6379`. */
  readonly queuePlace: string
  /** What is wrong with the queue; null when it responds. */
  readonly queueProblem: string | null
}

export interface RecheckFacts {
  readonly dueAt: Date
  /** Null: never. */
  readonly checkedAt: Date | null
  /** Null: it passed, or there was none. */
  readonly reason: string | null
  readonly message: string | null
}

export interface EndedRunFacts {
  readonly outcome: RunOutcome
  readonly reason: string | null
  readonly message: string | null
  /** The failure's own next step. */
  readonly next: string | null
  readonly warnings: readonly { readonly reason: string; readonly message: string }[]
  /** How many records went to quarantine, and why the latest of those still there did. */
  readonly quarantined: number
  readonly quarantinedFor: { readonly reason: string; readonly message: string } | null
}

export interface ActiveRunFacts {
  readonly id: string
  readonly trigger: RunTrigger
  readonly status: RunStatus
  readonly wakeAt: Date | null
  readonly parkedReason: string | null
  /** Which limit or host it waits for, and what was observed of it. */
  readonly parkedMessage: string | null
  readonly cancelling: boolean
  /** When it was asked to stop. */
  readonly cancelRequestedAt: Date | null
  /** How often a worker has begun it, or tried to. */
  readonly attempt: number
  /** When it last made progress: it was created, begun, read, stored, or due to wake up. */
  readonly movedAt: Date
  /** Its worker runs nothing else until then; null when it need not be isolated. */
  readonly isolatedUntil: Date | null
  /** How often in a row it could not even begin, and the last error. */
  readonly beginFailures: number
  readonly beginError: string | null
  /** The failure of one of its streams that its worker is retrying; null when there is no known one. */
  readonly retrying: { readonly reason: string; readonly message: string } | null
  readonly recordsRead: number
  /** Forwarded but not yet stored. */
  readonly waitingBytes: number
  /** The worker that holds the lease, and until when unless renewed; null when none does. */
  readonly holder: { readonly id: string; readonly until: Date } | null
}

/** A worker or scribe process, according to its last heartbeat. */
export interface ProcessFacts {
  readonly id: string
  readonly role: 'worker' | 'scribe'
  readonly alive: boolean
  /** Why it takes no work. */
  readonly refuses: string | null
  readonly problem: string | null
  /** The reason of the failure in `problem`, if the database refuses what it writes. */
  readonly reason: string | null
  readonly concurrency: number
  readonly running: number
  readonly backpressure: boolean
  readonly connectors: readonly string[]
}
