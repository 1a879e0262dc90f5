import type { FailureCode } from '../errors/failure-codes.js'

export const RUN_STATUSES = ['queued', 'running', 'parked', 'ended'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

export const RUN_OUTCOMES = ['ok', 'ok_nothing_new', 'suspect_empty', 'partial', 'failed', 'cancelled'] as const
export type RunOutcome = (typeof RUN_OUTCOMES)[number]

export const RUN_TRIGGERS = ['schedule', 'manual', 'restart', 'fresh', 'backfill', 'push', 'continuous', 'quarantine'] as const
export type RunTrigger = (typeof RUN_TRIGGERS)[number]

/** The facts about a run that determine its outcome. */
export interface RunFacts {
  readonly failure: FailureCode | null
  readonly failedStreams: number
  /** Streams whose read could not prove that it was complete. */
  readonly incompleteStreams: number
  readonly streams: number
  readonly changed: number
  readonly unchanged: number
  readonly quarantined: number
  /** Live records of the source before the run. */
  readonly liveBefore: number
  /** Whether every stream declared that it is incremental or reported items as unchanged. */
  readonly provedUnchanged: boolean
  /** Whether it listened to a continuous source, which may well be silent from its first day on. */
  readonly listened: boolean
  readonly warnings: number
}

/**
 * Decides the outcome of a run. A run that brought nothing is distinguished: `ok_nothing_new` if the source itself proved that there was nothing,
 * `suspect_empty` if a source that had records, or is new, yielded none and could not prove that this is correct.
 */
export const decideOutcome = (facts: RunFacts): RunOutcome => {
  if (facts.failure === 'cancelled') return 'cancelled'
  if (facts.failure !== null || (facts.streams > 0 && facts.failedStreams === facts.streams)) return 'failed'
  if (facts.failedStreams > 0 || facts.incompleteStreams > 0 || facts.quarantined > 0 || facts.warnings > 0) return 'partial'
  if (facts.changed > 0) return 'ok'
  if (facts.unchanged > 0) return 'ok_nothing_new'
  return facts.provedUnchanged && (facts.liveBefore > 0 || facts.listened) ? 'ok_nothing_new' : 'suspect_empty'
}

/** Returns how many records a run may quarantine before it fails: 1 %, at least 10. */
export const quarantineBudget = (recordsRead: number): number => Math.max(10, Math.floor(recordsRead / 100))

/** Returns how many live records a sweep may delete without `allowMassDelete`: half, at least 20. */
export const massDeleteLimit = (liveRecords: number): number => Math.max(20, Math.floor(liveRecords / 2))
