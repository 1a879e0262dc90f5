import { availableParallelism, loadavg } from 'node:os'

/** A time limit that depends on the work waited for, not on how busy the machine is. */
export interface Deadline {
  /** Whether the time is over. Call it often: only each call learns how busy the machine has been since the previous one. */
  isOver(): boolean
}

export interface DeadlineOptions {
  /** In milliseconds, from an arbitrary origin. */
  readonly now?: () => number
  /** How many times longer than on an idle machine everything takes now. */
  readonly slowdown?: () => number
}

/**
 * How many times longer than on an idle machine everything takes now: by the number of runnable processes per processor, and by how fast these
 * compute, since some hosts lend out a fraction of a processor, which no load average shows.
 */
export const slowdownNow = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()) * Math.max(1, computingMs() / USUAL_MS)

const ROUNDS = 1_000_000
/** How long the rounds take at most on a dedicated processor, in ms. */
const USUAL_MS = 3
const HOLDS_MS = 2_000
let measured = { ms: USUAL_MS, at: Number.NEGATIVE_INFINITY }

/** How long the rounds take now, in ms: the shortest of three, so that pauses for other processes, which the load average shows, do not count. */
const computingMs = (): number => {
  const at = performance.now()
  if (at - measured.at > HOLDS_MS) measured = { ms: Math.min(roundsMs(), roundsMs(), roundsMs()), at }
  return measured.ms
}

let random = 1
const roundsMs = (): number => {
  const before = performance.now()
  for (let round = 0; round < ROUNDS; round++) random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0
  return performance.now() - before
}

/** Creates a deadline that is over after `limitMs` on an otherwise idle machine: while others keep the machine busy, its clock runs slower. */
export const createDeadline = (limitMs: number, { now = () => performance.now(), slowdown = slowdownNow }: DeadlineOptions = {}): Deadline => {
  let left = limitMs
  let before = now()
  return {
    isOver: () => {
      const at = now()
      left -= (at - before) / slowdown()
      before = at
      return left < 0
    },
  }
}
