import type { SourceLine } from '@inlet/contract'
import { messages } from '../../messages.js'

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

export type Classifiable = Pick<
  SourceLine,
  'status' | 'state' | 'outcome' | 'freshWithinSeconds' | 'lastSuccessAt' | 'parkedUntil' | 'parkedReason' | 'quarantined'
>

/** Whether its last success is older than its owner allows. */
export const isStale = ({ freshWithinSeconds, lastSuccessAt, status }: Classifiable, now: Date): boolean =>
  freshWithinSeconds !== null &&
  (status === 'ACTIVE' || status === 'ERROR') &&
  lastSuccessAt !== null &&
  now.getTime() - Date.parse(lastSuccessAt) > freshWithinSeconds * 1_000

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
export const conditionText = (source: Classifiable, condition: Condition): string => {
  const { conditions } = messages.sources
  if (condition !== 'doubtful') return conditions[condition]
  if (source.outcome === 'suspect_empty') return conditions.empty
  return source.outcome === 'partial' ? conditions.partial : conditions.quarantined
}
