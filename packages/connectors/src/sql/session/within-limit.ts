import { Failure } from '@inlet/connector-sdk'

/** Milliseconds a client waits beyond the server's own limit of a statement. */
export const CLIENT_GRACE_MS = 5000
/** Milliseconds a server has to say goodbye. */
export const GOODBYE_MS = 1000

/** Waits for the server, for a server that does not keep its own limit; throws SQL_TIMEOUT after it. */
export const withinLimit = async <T>(limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Failure('SQL_TIMEOUT', `the server has not answered within ${limitMs / 1000} s`)), limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
