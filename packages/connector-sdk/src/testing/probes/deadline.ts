import { availableParallelism, loadavg } from 'node:os'

/** A limit of time that belongs to what is waited for, not to the machine. */
export interface Deadline {
  /** Whether it is over; asked often, since only then is known how busy the machine was meanwhile. */
  isOver(): boolean
}

export interface DeadlineOptions {
  /** In ms, from any moment on. */
  readonly now?: () => number
  /** How many times longer than alone everything takes now. */
  readonly slowdown?: () => number
}

/** How many times longer than alone everything takes now: by the processes that want to run for each processor, and by how fast these compute: some hosts lend out a fraction of one, which no load shows. */
export const slowdownNow = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()) * Math.max(1, computingMs() / USUAL_MS)

const ROUNDS = 1_000_000
/** How long the rounds take at the most on a processor of one's own, in ms. */
const USUAL_MS = 3
const HOLDS_MS = 2_000
let measured = { ms: USUAL_MS, at: Number.NEGATIVE_INFINITY }

/** How long the rounds take now, in ms. Of three times the shortest, so that pauses for other processes, which the load shows, do not count. */
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

/** A deadline after as much time as `limitMs` is on a machine that does nothing else: while others keep it busy, less of it passes. */
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
