import type { RunOutcome, RunStatus } from '../runs/run.js'

export const SOURCE_STATUSES = ['ACTIVE', 'PAUSED', 'STOPPED', 'ERROR'] as const
/** What the owner wants or must repair. */
export type SourceStatus = (typeof SOURCE_STATUSES)[number]

export const SOURCE_STATES = ['INIT', 'STARTING', 'RUNNING', 'ERROR', 'STOPPED'] as const
/** What is happening. */
export type SourceState = (typeof SOURCE_STATES)[number]

/** What was observed of a source, never what was last written about it. */
export interface SourceFacts {
  readonly status: SourceStatus
  readonly activeRun: RunStatus | null
  /** Whether a worker holds an unexpired lease for the active run. */
  readonly leaseLive: boolean
  /** Of the last run that moved the live cursors; backfills do not count. */
  readonly lastOutcome: RunOutcome | null
}

/** Computes the state from observed facts; the first matching row decides. */
const STATE_TABLE: readonly { readonly when: (facts: SourceFacts) => boolean; readonly state: SourceState }[] = [
  { when: (facts) => facts.activeRun === 'running' && facts.leaseLive, state: 'RUNNING' },
  { when: (facts) => facts.activeRun !== null && facts.activeRun !== 'ended', state: 'STARTING' },
  { when: (facts) => facts.status === 'ERROR', state: 'ERROR' },
  { when: (facts) => !allowsRuns(facts.status), state: 'STOPPED' },
  { when: (facts) => facts.lastOutcome === null, state: 'INIT' },
  { when: (facts) => facts.lastOutcome === 'failed', state: 'ERROR' },
]

/** Returns the state of a source. An active source between two runs is also STOPPED. */
export const toSourceState = (facts: SourceFacts): SourceState => STATE_TABLE.find((row) => row.when(facts))?.state ?? 'STOPPED'

/** Whether runs may begin at all: not while the owner has paused or stopped the source. */
export const allowsRuns = (status: SourceStatus): boolean => status !== 'PAUSED' && status !== 'STOPPED'
