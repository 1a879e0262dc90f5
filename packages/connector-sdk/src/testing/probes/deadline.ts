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

/** By the processes that want to run for each processor. */
const slowdownNow = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())

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
