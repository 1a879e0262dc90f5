import { Failure } from '@inlet/domain'
import type { RequestHandler } from 'express'

/** How many requests may wait for a database connection; each further one would wait for seconds, and delay all others. */
const MOST_WAITING = 100
const RETRY_MS = 1_000

export interface OverloadDeps {
  /** Returns how many requests wait for the connections that an address needs. */
  readonly waitingFor: (path: string) => number
  /** Whether an address needs none. */
  readonly isPublic: (path: string) => boolean
}

/** Responds with 503 and Retry-After at once if a request would wait long. */
export const refuseOverload =
  ({ waitingFor, isPublic }: OverloadDeps): RequestHandler =>
  (request, _response, next) => {
    if (!isPublic(request.path) && waitingFor(request.path) >= MOST_WAITING)
      throw new Failure('DATABASE_UNAVAILABLE', 'too many requests wait for the database', { retryAfterMs: RETRY_MS })
    next()
  }
