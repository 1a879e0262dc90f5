import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler } from 'express'
import { challengeFor } from '../oauth/challenge.js'
import type { ResourceServer } from '../oauth/resource-server.js'
import { endResponse } from './end-response.js'
import { requestIdOf } from './request-log.js'
import { toProblem } from './to-problem.js'

interface ProblemLog {
  error(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Answers every error as application/problem+json; must be the last middleware. */
export const problemHandler =
  (log: ProblemLog, oauth: ResourceServer | null): ErrorRequestHandler =>
  (error, request, response, _next) => {
    const errorId = randomUUID()
    const requestId = requestIdOf(request)
    const { problem, retryAfterSeconds, isDefect } = toProblem(error, { requestId, errorId, path: request.path })
    if (isDefect) log.error({ err: error, errorId, requestId }, 'a request failed with an internal error')
    else if (problem.status >= 500) log.warn({ err: error, requestId }, 'a request could not be served')
    if (response.headersSent) {
      response.destroy()
      return
    }
    if (retryAfterSeconds !== null) response.setHeader('retry-after', String(retryAfterSeconds))
    const challenge = challengeFor(error, { request, response, status: problem.status }, oauth)
    if (challenge !== null) response.setHeader('www-authenticate', challenge)
    response.status(problem.status).setHeader('content-type', 'application/problem+json; charset=utf-8')
    response.setHeader('cache-control', 'no-store')
    endResponse(request, response, JSON.stringify(problem))
  }
