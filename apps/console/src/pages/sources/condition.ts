import type { SourceLine } from '@inlet/contract'
import { messages } from '../../messages.js'
import { inConsole } from '../../ui/in-console.js'
import { reasonText } from '../../ui/reason-text.js'

export type Tone = 'ok' | 'warn' | 'bad' | 'busy' | 'idle' | 'none'
export const CONDITIONS = ['broken', 'doubtful', 'stale', 'running', 'waiting', 'starting', 'new', 'ok', 'paused', 'stopped'] as const
/** What one has to know of a source at a glance; worst first, except that what is off comes last. */
export type Condition = (typeof CONDITIONS)[number]

export const TONES: Readonly<Record<Condition, Tone>> = {
  broken: 'bad',
  doubtful: 'warn',
  stale: 'warn',
  running: 'busy',
  waiting: 'idle',
  starting: 'busy',
  new: 'idle',
  ok: 'ok',
  paused: 'idle',
  stopped: 'idle',
}

export type Classifiable = Pick<SourceLine, 'status' | 'state' | 'outcome' | 'freshUntil' | 'parkedUntil' | 'parkedReason' | 'quarantined'>

/** Whether its last success is older than its owner allows. */
export const isStale = ({ freshUntil, status }: Classifiable, now: Date): boolean =>
  freshUntil !== null && (status === 'ACTIVE' || status === 'ERROR') && Date.parse(freshUntil) < now.getTime()

/** Also while its run waits because what it reads has failed again and again; a wait for a limit is no fault. */
export const isBroken = ({ status, state, outcome, parkedReason }: Classifiable): boolean =>
  status === 'ERROR' || state === 'ERROR' || (status === 'ACTIVE' && (outcome === 'failed' || parkedReason === 'CIRCUIT_OPEN'))

export const toCondition = (source: Classifiable, now: Date): Condition => {
  if (isBroken(source)) return 'broken'
  if (source.state === 'RUNNING') return 'running'
  if (source.state === 'STARTING') return source.parkedUntil !== null && Date.parse(source.parkedUntil) > now.getTime() ? 'waiting' : 'starting'
  if (source.status === 'PAUSED') return 'paused'
  if (source.status === 'STOPPED') return 'stopped'
  if (isStale(source, now)) return 'stale'
  if (source.outcome === 'suspect_empty' || source.outcome === 'partial' || source.quarantined > 0) return 'doubtful'
  return source.outcome === null ? 'new' : 'ok'
}

/** Its condition in words; a source that is doubtful says why. */
export const conditionText = (source: Classifiable, condition: Condition): string =>
  messages.sources.conditions[condition === 'doubtful' ? doubtOf(source) : condition]

const doubtOf = ({ outcome }: Classifiable): 'empty' | 'partial' | 'quarantined' =>
  outcome === 'suspect_empty' ? 'empty' : outcome === 'partial' ? 'partial' : 'quarantined'

/**
 * Why it needs somebody: the code of the reason it is broken for, or in lower case what else is the matter. Null when it needs nobody. What has the
 * same cause is found and repaired together.
 */
export const causeOf = (source: Classifiable & Pick<SourceLine, 'reason'>, condition: Condition): string | null => {
  if (condition === 'broken') return source.reason ?? condition
  if (condition === 'doubtful') return doubtOf(source)
  if (condition === 'stale') return condition
  return source.quarantined > 0 ? 'quarantined' : null
}

/** Why it is broken: the reason in words, which a narrow list has room for, and the particulars. Null when nothing is known. */
export const problemText = ({ reason, problem }: Pick<SourceLine, 'reason' | 'problem'>): string | null =>
  problem === null ? null : `${reason === null ? '' : `${reasonText(reason)}: `}${inConsole(problem)}`

export const causeText = (cause: string): string =>
  Object.hasOwn(messages.sources.conditions, cause) ? messages.sources.conditions[cause as Condition] : reasonText(cause)
