import { createDeadline } from '../probes/deadline.js'
import { Violation } from '../violation.js'

const LOOK_EVERY_MS = 20

/** Waits for the promise; throws a `Violation` if it takes longer than that many milliseconds of an otherwise idle machine. */
export const within = async <T>(timeoutMs: number, promise: Promise<T>, what: string): Promise<T> => {
  const deadline = createDeadline(timeoutMs)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => {
      if (deadline.isOver()) reject(new Violation(`${what} took more than ${timeoutMs} ms`))
    }, LOOK_EVERY_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearInterval(timer)
  }
}
