/** The kinds of sinks. */
export const SINK_KINDS = ['webhook'] as const
export type SinkKind = (typeof SINK_KINDS)[number]

/**
 * - `paused`: switched off by a person.
 * - `refused`: the receiver said that it is gone for good.
 * - `failing`: the last attempt failed; it is retried.
 * - `delivering`: there are changes that it has not accepted yet.
 * - `current`: it has everything.
 */
export const SINK_STATUSES = ['paused', 'refused', 'failing', 'delivering', 'current'] as const
export type SinkStatus = (typeof SINK_STATUSES)[number]

export interface SinkFacts {
  readonly id: string
  readonly active: boolean
  readonly refused: string | null
  /** Failures since the last success. */
  readonly attempts: number
  readonly lastError: string | null
  readonly nextAt: Date | null
  /** Whether what was stored before it was created is still being delivered. */
  readonly fillsUp: boolean
  readonly waiting: number
  readonly lagSeconds: number | null
}

export interface SinkExplanation {
  readonly status: SinkStatus
  readonly why: string
  readonly next: string
}

/** Returns what to do about a test message that was not accepted. */
export const stepOfRefusedTest = (id: string): string =>
  `Correct the receiver, or its address with \`inlet sinks update ${id} --address <url>\` (PATCH /v1/sinks/${id}).`

const stepOfResume = (id: string): string => `\`inlet sinks resume ${id}\` (PATCH /v1/sinks/${id} with {"active": true}): it continues where it was.`

const RESUMES = 'Nothing to do: it continues after the last change that was taken.'

/** Explains the status of a sink, its cause, and what to do. Pure. */
export const explainSink = (facts: SinkFacts): SinkExplanation => {
  if (!facts.active) return { status: 'paused', why: 'it was switched off', next: `To continue: ${stepOfResume(facts.id)}` }
  if (facts.refused !== null) return { status: 'refused', why: facts.refused, next: `${stepOfRefusedTest(facts.id)} Then ${stepOfResume(facts.id)}` }
  if (facts.attempts > 0) {
    const why = `the receiver did not take the last message, ${facts.attempts} ${facts.attempts === 1 ? 'time' : 'times'} in a row: ${facts.lastError ?? ''}`
    const when = facts.nextAt === null ? '' : ` It is tried again at ${facts.nextAt.toISOString()}.`
    return {
      status: 'failing',
      why,
      next: `Look at the receiver; \`inlet sinks test ${facts.id}\` (POST /v1/sinks/${facts.id}/test) shows what it answers.${when} Nothing is lost in the meantime.`,
    }
  }
  if (facts.fillsUp) return { status: 'delivering', why: 'what was stored before it was made is being delivered', next: RESUMES }
  if (facts.waiting > 0) {
    const age = facts.lagSeconds === null ? '' : `, the oldest for ${Math.round(facts.lagSeconds)} s`
    return { status: 'delivering', why: `${facts.waiting} changes wait${age}`, next: RESUMES }
  }
  return { status: 'current', why: 'everything is delivered', next: 'Nothing to do.' }
}

const BASE_MS = 1_000
const CAP_MS = 300_000

/**
 * Returns how long to wait after this many consecutive failures: from one second, doubling up to five minutes, with jitter between half and all of
 * it. Pure.
 */
export const sinkRetryMs = (failures: number, random: number): number => {
  const whole = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(Math.max(failures - 1, 0), 20))
  return Math.floor(whole / 2 + (random * whole) / 2)
}

const BUSY = [429, 503]

/**
 * Returns how long to wait for a receiver that responded with this status: as long as it asks when it says that it is busy, but at least a second.
 * Pure.
 */
export const retryAsAsked = <T extends number | null>(status: number, retryMs: T, retryAfterMs: number | undefined): T | number =>
  retryMs === null || retryAfterMs === undefined || !BUSY.includes(status) ? retryMs : Math.max(BASE_MS, retryAfterMs)
