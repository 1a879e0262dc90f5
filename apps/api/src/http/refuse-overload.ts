import { Failure } from '@inlet/domain'
import type { RequestHandler } from 'express'

/** So many requests may wait for a connection to the database; each more would wait for seconds, and make all others wait. */
const MOST_WAITING = 100
const RETRY_MS = 1_000

export interface OverloadDeps {
  /** How many requests wait for the connections that an address needs. */
  readonly waitingFor: (path: string) => number
  /** Whether an address needs none. */
  readonly isPublic: (path: string) => boolean
}

/** Answers 503 with Retry-After at once where a request would wait long. */
export const refuseOverload =
  ({ waitingFor, isPublic }: OverloadDeps): RequestHandler =>
  (request, _response, next) => {
    if (!isPublic(request.path) && waitingFor(request.path) >= MOST_WAITING)
      throw new Failure('DATABASE_UNAVAILABLE', 'too many requests wait for the database', { retryAfterMs: RETRY_MS })
    next()
  }
