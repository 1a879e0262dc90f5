import type { ActiveRunFacts, WhyFacts } from './why-facts.js'

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
]

const durationText = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const [size, name] = UNITS.find(([unit]) => seconds >= unit) ?? [1, 's']
  return `${Math.floor(seconds / size)} ${name}`
}

/** Whether something that began at `since` has lasted longer than it should. */
export const lasts = (now: Date, since: Date | null, longestMs: number): boolean => since !== null && now.getTime() - since.getTime() > longestMs

/** Describes how long something has lasted, and since when; empty while it has only just begun. */
export const sinceText = (now: Date, since: Date | null): string =>
  since === null || now.getTime() - since.getTime() < 1_000
    ? ''
    : ` for ${durationText(now.getTime() - since.getTime())} (since ${since.toISOString()})`

/** Describes how long ago a moment was, and when. */
export const agoText = (now: Date, at: Date): string => `${durationText(now.getTime() - at.getTime())} ago (${at.toISOString()})`

/** Describes since when there was no progress, and how many attempts there were. */
export const progressText = (now: Date, { attempt, movedAt }: Pick<ActiveRunFacts, 'attempt' | 'movedAt'>): string => {
  const age = sinceText(now, movedAt)
  return `${attempt > 1 ? `, attempt ${attempt}` : ''}${age === '' ? '' : `, without progress${age}`}`
}

/** Describes when a source that has stopped is checked again, and what the last check found; empty if it is not. */
export const recheckText = ({
  recheck,
  run,
  statusReason,
  statusMessage,
}: Pick<WhyFacts, 'recheck' | 'run' | 'statusReason' | 'statusMessage'>): string => {
  if (recheck === null || run !== null) return ''
  const { dueAt, checkedAt, reason, message } = recheck
  const isSame = reason === statusReason && message === statusMessage
  const found = reason === null ? 'passed, but its run failed' : isSame ? 'found the same' : `said ${reason}: ${message ?? ''}`
  return `; checked again at ${dueAt.toISOString()}${checkedAt === null ? '' : `; the last check, at ${checkedAt.toISOString()}, ${found}`}`
}
