import { Failure } from '@inlet/connector-sdk'

/** Milliseconds the client waits beyond the server's own statement timeout. */
export const CLIENT_GRACE_MS = 5000
/** Milliseconds a server gets for the logout. */
export const GOODBYE_MS = 1000

/** Waits for a server that may not observe its own timeout; throws SQL_TIMEOUT after the limit. */
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
