import type { Reason } from '../errors/reasons.js'
import type { SourceState, SourceStatus } from './source-state.js'

export const SOURCE_ACTIONS = ['start', 'stop', 'restart', 'reload', 'run', 'pause', 'resume', 'backfill', 'resetCursor'] as const
/** What a person may ask of a source. No action deletes data. */
export type SourceAction = (typeof SOURCE_ACTIONS)[number]

interface ActionRule {
  /** The status afterwards; absent: unchanged. */
  readonly to?: SourceStatus
  /** What it does with an active run. */
  readonly activeRun: 'keep' | 'cancel' | 'replace' | 'refuse'
  /** Whether a run begins: always, or unless one is already active. */
  readonly begins?: 'always' | 'unlessActive'
  /** Statuses in which it begins a run; absent: all. */
  readonly beginsIn?: readonly SourceStatus[]
  /** Closes the source's connections on all workers. */
  readonly reconnects?: true
  /** Statuses in which it is refused. */
  readonly refusedIn?: Partial<Readonly<Record<SourceStatus, Reason>>>
  /** Statuses in which it has nothing to do. */
  readonly idleIn?: readonly SourceStatus[]
}

const NOT_WANTED = { PAUSED: 'SOURCE_PAUSED', STOPPED: 'SOURCE_STOPPED' } as const

/** What each action does in every state; the guide for operators shows the same table. */
const ACTION_TABLE: Readonly<Record<SourceAction, ActionRule>> = {
  start: { to: 'ACTIVE', activeRun: 'keep', begins: 'unlessActive' },
  stop: { to: 'STOPPED', activeRun: 'cancel', reconnects: true, idleIn: ['STOPPED'] },
  restart: { to: 'ACTIVE', activeRun: 'replace', begins: 'always', reconnects: true, refusedIn: NOT_WANTED },
  reload: { activeRun: 'keep', reconnects: true },
  run: { activeRun: 'refuse', begins: 'always', refusedIn: NOT_WANTED },
  pause: { to: 'PAUSED', activeRun: 'keep', idleIn: ['PAUSED', 'STOPPED'] },
  // A source that waited for a repair continues at once; a paused one waits until it is next due.
  resume: {
    to: 'ACTIVE',
    activeRun: 'keep',
    begins: 'unlessActive',
    beginsIn: ['ERROR'],
    refusedIn: { STOPPED: 'SOURCE_STOPPED' },
    idleIn: ['ACTIVE'],
  },
  backfill: { activeRun: 'refuse', begins: 'always', refusedIn: NOT_WANTED },
  resetCursor: { activeRun: 'refuse' },
}

export type ActionDecision =
  | { readonly refused: Reason }
  | {
      readonly refused: null
      /** False: the source is already as requested; nothing is written. */
      readonly changes: boolean
      readonly status: SourceStatus
      /** `request`: its worker ends it by its next heartbeat; `end`: it ends at once, so that another may begin. */
      readonly cancelRun: 'no' | 'request' | 'end'
      readonly beginRun: boolean
      readonly reconnect: boolean
    }

/** `cancelling`: the active run was asked to end, and its worker is about to end it. */
export type RunInHand = 'none' | 'active' | 'cancelling'

/** Decides what an action does to a source with this status and run. Pure. */
export const decideAction = (action: SourceAction, source: { readonly status: SourceStatus; readonly run: RunInHand }): ActionDecision => {
  const rule = ACTION_TABLE[action]
  const refused = rule.refusedIn?.[source.status]
  if (refused !== undefined) return { refused }
  if (rule.activeRun === 'refuse' && source.run !== 'none') return { refused: 'RUN_IN_PROGRESS' }
  const idle = rule.idleIn?.includes(source.status) ?? false
  const status = idle ? source.status : (rule.to ?? source.status)
  const begins = rule.beginsIn?.includes(source.status) === false ? undefined : rule.begins
  const beginRun = begins === 'always' || (begins === 'unlessActive' && source.run !== 'active')
  const cancelRun = decideCancel(rule, source.run, beginRun)
  const reconnect = rule.reconnects === true && !idle
  const acts = beginRun || reconnect || cancelRun !== 'no' || action === 'resetCursor'
  return { refused: null, changes: status !== source.status || acts, status, cancelRun, beginRun, reconnect }
}

const decideCancel = (rule: ActionRule, run: RunInHand, beginRun: boolean): 'no' | 'request' | 'end' => {
  // If a run begins, the current one must be over: there is never more than one.
  if (beginRun) return run === 'none' ? 'no' : 'end'
  return rule.activeRun === 'cancel' && run === 'active' ? 'request' : 'no'
}

export const SOURCE_OBSERVATIONS = ['runCreated', 'leaseTaken', 'leaseExpired', 'runParked', 'runSucceeded', 'runFailed', 'runCancelled'] as const
/** What can be observed of a source's run. */
export type SourceObservation = (typeof SOURCE_OBSERVATIONS)[number]

/**
 * How the state of an active source changes with what is observed of its run; missing entries cannot occur. No state is stored: the table lists the
 * results of `toSourceState` before and after, and a test checks both.
 */
export const STATE_TRANSITIONS: Readonly<Record<SourceState, Partial<Readonly<Record<SourceObservation, SourceState>>>>> = {
  INIT: { runCreated: 'STARTING' },
  STARTING: { leaseTaken: 'RUNNING', runFailed: 'ERROR', runCancelled: 'STOPPED' },
  RUNNING: { leaseExpired: 'STARTING', runParked: 'STARTING', runSucceeded: 'STOPPED', runFailed: 'ERROR', runCancelled: 'STOPPED' },
  ERROR: { runCreated: 'STARTING' },
  STOPPED: { runCreated: 'STARTING' },
}
