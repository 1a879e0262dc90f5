import { type Problem, statusOf } from '@inlet/contract'
import { isMissingReference, isTimeout, toDatabaseFailure } from '@inlet/db'
import { Failure, fillStep } from '@inlet/domain'
import { MappingSyntaxError } from '@inlet/mapping'
import { CheckRejected, InvalidRequest, PublishBlocked } from './failures.js'

interface ProblemResponse {
  readonly problem: Problem
  /** Seconds for Retry-After. */
  readonly retryAfterSeconds: number | null
  /** Whether the log must contain the cause. */
  readonly isDefect: boolean
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  507: 'Insufficient Storage',
}

/** Converts any thrown value to a failure: the one translator at the API's edge. Pure. */
const toApiFailure = (thrown: unknown): Failure => {
  const known = toDatabaseFailure(thrown)
  if (known instanceof Failure) return known
  if (isTimeout(thrown)) return new Failure('DATABASE_UNAVAILABLE', 'the database took too long', { cause: thrown, retryAfterMs: 2_000 })
  // Deleted between two steps of the request.
  if (isMissingReference(thrown)) return new Failure('NOT_FOUND', 'something this request refers to was deleted in the meantime', { cause: thrown })
  // Express cannot decode the address, so nothing can be there.
  if (thrown instanceof URIError || (thrown instanceof Error && (thrown as { status?: unknown }).status === 400))
    return new Failure('NOT_FOUND', 'there is nothing at this address')
  return new Failure('INTERNAL', 'an internal error', { cause: thrown })
}

const statusFor = (failure: Failure): number => (failure instanceof CheckRejected ? 422 : statusOf(failure.reason))

interface FailedRequest {
  readonly requestId: string
  /** Finds the cause in the log. */
  readonly errorId: string
  readonly path: string
}

/** Returns the source a request names, for the commands of a next step; the test of a draft names none. */
const sourceIn = (path: string): string => /^\/v1\/sources\/(?!test$)([\w-]+)/u.exec(path)?.[1] ?? '<source>'

/** Converts a thrown value to a response. Reveals no stack and nothing about a defect. */
export const toProblem = (thrown: unknown, { requestId, errorId, path }: FailedRequest): ProblemResponse => {
  const failure = toApiFailure(thrown)
  const status = statusFor(failure)
  const isDefect = failure.code === 'internal' && !(failure instanceof CheckRejected)
  const waits = (status === 503 || status === 429) && !(failure instanceof CheckRejected)
  return {
    isDefect,
    retryAfterSeconds: waits ? Math.max(1, Math.ceil((failure.retryAfterMs ?? 2_000) / 1_000)) : null,
    problem: {
      type: `urn:inlet:error:${failure.reason}`,
      title: TITLES[status] ?? 'Error',
      status,
      code: failure.reason,
      detail: isDefect ? 'an internal error; the log holds the cause under the error id' : failure.message,
      next: fillStep(failure.next, sourceIn(path)),
      ...(failure.field === undefined ? {} : { field: failure.field }),
      ...(failure instanceof MappingSyntaxError ? { position: failure.position } : {}),
      ...(failure instanceof InvalidRequest ? { errors: [...failure.errors] } : {}),
      ...(failure instanceof PublishBlocked ? { review: failure.review } : {}),
      requestId,
      ...(isDefect ? { errorId } : {}),
    },
  }
}
