import { setTimeout as delay } from 'node:timers/promises'
import { Violation } from '../violation.js'
import { createDeadline } from './deadline.js'

const EVERY_MS = 20

/** Waits until the function lists nothing; throws a `Violation` with the rest after the time limit (ms of an otherwise idle machine). */
export const eventuallyNone = async (
  list: () => readonly unknown[] | Promise<readonly unknown[]>,
  timeoutMs: number,
  what: string,
): Promise<void> => {
  const deadline = createDeadline(timeoutMs)
  for (;;) {
    const rest = await list()
    if (rest.length === 0) return
    if (deadline.isOver()) throw new Violation(`${what} ${timeoutMs} ms after the abort: ${rest.slice(0, 5).join(', ')}`)
    await delay(EVERY_MS)
  }
}
