import { describe, expect, it } from 'vitest'
import { decideAction, SOURCE_ACTIONS, SOURCE_OBSERVATIONS, type SourceObservation, STATE_TRANSITIONS } from './lifecycle.js'
import { SOURCE_STATES, SOURCE_STATUSES, type SourceFacts, type SourceState, toSourceState } from './source-state.js'

/** Facts that result in each state of a source nobody has paused or stopped. */
const SHOWING: Readonly<Record<SourceState, readonly SourceFacts[]>> = {
  INIT: [{ status: 'ACTIVE', activeRun: null, leaseLive: false, lastOutcome: null }],
  STARTING: [
    { status: 'ACTIVE', activeRun: 'queued', leaseLive: false, lastOutcome: null },
    { status: 'ACTIVE', activeRun: 'parked', leaseLive: false, lastOutcome: 'ok' },
    { status: 'ACTIVE', activeRun: 'running', leaseLive: false, lastOutcome: 'failed' },
  ],
  RUNNING: [{ status: 'ACTIVE', activeRun: 'running', leaseLive: true, lastOutcome: 'ok' }],
  ERROR: [
    { status: 'ERROR', activeRun: null, leaseLive: false, lastOutcome: 'failed' },
    { status: 'ACTIVE', activeRun: null, leaseLive: false, lastOutcome: 'failed' },
  ],
  STOPPED: [{ status: 'ACTIVE', activeRun: null, leaseLive: false, lastOutcome: 'ok' }],
}

const endsAs =
  (lastOutcome: SourceFacts['lastOutcome'], where: (facts: SourceFacts) => boolean) =>
  (facts: SourceFacts): SourceFacts | null =>
    where(facts) ? { ...facts, activeRun: null, leaseLive: false, lastOutcome } : null
const isHeld = ({ activeRun, leaseLive }: SourceFacts): boolean => activeRun === 'running' && leaseLive
const isActive = ({ activeRun }: SourceFacts): boolean => activeRun !== null

/** What the store does to the facts at each observation; null if it cannot occur. */
const OBSERVE: Readonly<Record<SourceObservation, (facts: SourceFacts) => SourceFacts | null>> = {
  runCreated: (facts) => (isActive(facts) ? null : { ...facts, activeRun: 'queued' }),
  leaseTaken: (facts) => (isActive(facts) && !isHeld(facts) ? { ...facts, activeRun: 'running', leaseLive: true } : null),
  leaseExpired: (facts) => (isHeld(facts) ? { ...facts, leaseLive: false } : null),
  runParked: (facts) => (isHeld(facts) ? { ...facts, activeRun: 'parked', leaseLive: false } : null),
  runSucceeded: endsAs('ok', isHeld),
  runFailed: endsAs('failed', isActive),
  runCancelled: endsAs('cancelled', isActive),
}

describe('states', () => {
  const walks = SOURCE_STATES.flatMap((state) =>
    SOURCE_OBSERVATIONS.flatMap((observation) => SHOWING[state].map((facts) => [state, observation, facts] as const)),
  )
  it.each(walks)('%s × %s (%j)', (state, observation, facts) => {
    expect(toSourceState(facts)).toBe(state)
    const after = OBSERVE[observation](facts)
    expect(after === null ? undefined : toSourceState(after)).toBe(STATE_TRANSITIONS[state][observation])
  })

  it('every state is reached and left', () => {
    const reached = new Set(Object.values(STATE_TRANSITIONS).flatMap((row) => Object.values(row)))
    expect(SOURCE_STATES.filter((state) => !reached.has(state))).toEqual(['INIT'])
    expect(SOURCE_STATES.filter((state) => Object.keys(STATE_TRANSITIONS[state]).length === 0)).toEqual([])
  })
})

/**
 * Status and active run → why it is refused; otherwise the status afterwards and: c(ancel) or e(nd) the run, b(egin) one, r(econnect). `=`: nothing
 * to do.
 */
const EXPECTED: Readonly<Record<(typeof SOURCE_ACTIONS)[number], Readonly<Record<string, string>>>> = {
  start: {
    ACTIVE: 'ACTIVE b',
    'ACTIVE+active': '=',
    'ACTIVE+cancelling': 'ACTIVE eb',
    PAUSED: 'ACTIVE b',
    'PAUSED+active': 'ACTIVE',
    'PAUSED+cancelling': 'ACTIVE eb',
    STOPPED: 'ACTIVE b',
    'STOPPED+active': 'ACTIVE',
    'STOPPED+cancelling': 'ACTIVE eb',
    ERROR: 'ACTIVE b',
    'ERROR+active': 'ACTIVE',
    'ERROR+cancelling': 'ACTIVE eb',
  },
  stop: {
    ACTIVE: 'STOPPED r',
    'ACTIVE+active': 'STOPPED cr',
    'ACTIVE+cancelling': 'STOPPED r',
    PAUSED: 'STOPPED r',
    'PAUSED+active': 'STOPPED cr',
    'PAUSED+cancelling': 'STOPPED r',
    STOPPED: '=',
    'STOPPED+active': 'STOPPED c',
    'STOPPED+cancelling': '=',
    ERROR: 'STOPPED r',
    'ERROR+active': 'STOPPED cr',
    'ERROR+cancelling': 'STOPPED r',
  },
  restart: {
    ACTIVE: 'ACTIVE br',
    'ACTIVE+active': 'ACTIVE ebr',
    'ACTIVE+cancelling': 'ACTIVE ebr',
    PAUSED: 'SOURCE_PAUSED',
    'PAUSED+active': 'SOURCE_PAUSED',
    'PAUSED+cancelling': 'SOURCE_PAUSED',
    STOPPED: 'SOURCE_STOPPED',
    'STOPPED+active': 'SOURCE_STOPPED',
    'STOPPED+cancelling': 'SOURCE_STOPPED',
    ERROR: 'ACTIVE br',
    'ERROR+active': 'ACTIVE ebr',
    'ERROR+cancelling': 'ACTIVE ebr',
  },
  reload: {
    ACTIVE: 'ACTIVE r',
    'ACTIVE+active': 'ACTIVE r',
    'ACTIVE+cancelling': 'ACTIVE r',
    PAUSED: 'PAUSED r',
    'PAUSED+active': 'PAUSED r',
    'PAUSED+cancelling': 'PAUSED r',
    STOPPED: 'STOPPED r',
    'STOPPED+active': 'STOPPED r',
    'STOPPED+cancelling': 'STOPPED r',
    ERROR: 'ERROR r',
    'ERROR+active': 'ERROR r',
    'ERROR+cancelling': 'ERROR r',
  },
  run: {
    ACTIVE: 'ACTIVE b',
    'ACTIVE+active': 'RUN_IN_PROGRESS',
    'ACTIVE+cancelling': 'RUN_IN_PROGRESS',
    PAUSED: 'SOURCE_PAUSED',
    'PAUSED+active': 'SOURCE_PAUSED',
    'PAUSED+cancelling': 'SOURCE_PAUSED',
    STOPPED: 'SOURCE_STOPPED',
    'STOPPED+active': 'SOURCE_STOPPED',
    'STOPPED+cancelling': 'SOURCE_STOPPED',
    ERROR: 'ERROR b',
    'ERROR+active': 'RUN_IN_PROGRESS',
    'ERROR+cancelling': 'RUN_IN_PROGRESS',
  },
  pause: {
    ACTIVE: 'PAUSED',
    'ACTIVE+active': 'PAUSED',
    'ACTIVE+cancelling': 'PAUSED',
    PAUSED: '=',
    'PAUSED+active': '=',
    'PAUSED+cancelling': '=',
    STOPPED: '=',
    'STOPPED+active': '=',
    'STOPPED+cancelling': '=',
    ERROR: 'PAUSED',
    'ERROR+active': 'PAUSED',
    'ERROR+cancelling': 'PAUSED',
  },
  resume: {
    ACTIVE: '=',
    'ACTIVE+active': '=',
    'ACTIVE+cancelling': '=',
    PAUSED: 'ACTIVE',
    'PAUSED+active': 'ACTIVE',
    'PAUSED+cancelling': 'ACTIVE',
    STOPPED: 'SOURCE_STOPPED',
    'STOPPED+active': 'SOURCE_STOPPED',
    'STOPPED+cancelling': 'SOURCE_STOPPED',
    ERROR: 'ACTIVE b',
    'ERROR+active': 'ACTIVE',
    'ERROR+cancelling': 'ACTIVE eb',
  },
  backfill: {
    ACTIVE: 'ACTIVE b',
    'ACTIVE+active': 'RUN_IN_PROGRESS',
    'ACTIVE+cancelling': 'RUN_IN_PROGRESS',
    PAUSED: 'SOURCE_PAUSED',
    'PAUSED+active': 'SOURCE_PAUSED',
    'PAUSED+cancelling': 'SOURCE_PAUSED',
    STOPPED: 'SOURCE_STOPPED',
    'STOPPED+active': 'SOURCE_STOPPED',
    'STOPPED+cancelling': 'SOURCE_STOPPED',
    ERROR: 'ERROR b',
    'ERROR+active': 'RUN_IN_PROGRESS',
    'ERROR+cancelling': 'RUN_IN_PROGRESS',
  },
  resetCursor: {
    ACTIVE: 'ACTIVE',
    'ACTIVE+active': 'RUN_IN_PROGRESS',
    'ACTIVE+cancelling': 'RUN_IN_PROGRESS',
    PAUSED: 'PAUSED',
    'PAUSED+active': 'RUN_IN_PROGRESS',
    'PAUSED+cancelling': 'RUN_IN_PROGRESS',
    STOPPED: 'STOPPED',
    'STOPPED+active': 'RUN_IN_PROGRESS',
    'STOPPED+cancelling': 'RUN_IN_PROGRESS',
    ERROR: 'ERROR',
    'ERROR+active': 'RUN_IN_PROGRESS',
    'ERROR+cancelling': 'RUN_IN_PROGRESS',
  },
}

const inWords = (decision: ReturnType<typeof decideAction>): string => {
  if (decision.refused !== null) return decision.refused
  if (!decision.changes) return '='
  const cancel = { no: '', request: 'c', end: 'e' }[decision.cancelRun]
  return `${decision.status} ${cancel}${decision.beginRun ? 'b' : ''}${decision.reconnect ? 'r' : ''}`.trim()
}

describe('actions', () => {
  const walks = SOURCE_ACTIONS.flatMap((action) =>
    SOURCE_STATUSES.flatMap((status) => (['none', 'active', 'cancelling'] as const).map((run) => [action, status, run] as const)),
  )
  it.each(walks)('%s × %s, run in hand: %s', (action, status, run) => {
    expect(inWords(decideAction(action, { status, run }))).toBe(EXPECTED[action][run === 'none' ? status : `${status}+${run}`])
  })

  it('each leads to a state in which repeating it changes nothing more, except for those that request work', () => {
    for (const action of ['start', 'stop', 'pause', 'resume'] as const)
      for (const status of SOURCE_STATUSES) {
        const once = decideAction(action, { status, run: 'none' })
        if (once.refused !== null) continue
        expect(decideAction(action, { status: once.status, run: once.beginRun ? 'active' : 'none' })).toMatchObject({ changes: false })
      }
  })
})
