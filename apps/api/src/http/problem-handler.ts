import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, Request } from 'express'
import { originOf, RESOURCE_METADATA } from '../mcp/mcp-endpoint.js'
import { endAnswer } from './end-answer.js'
import { requestIdOf } from './request-log.js'
import { toProblem } from './to-problem.js'

interface ProblemLog {
  error(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Answers every error as application/problem+json; must be the last middleware. */
export const problemHandler =
  (log: ProblemLog): ErrorRequestHandler =>
  (error, request, response, _next) => {
    const errorId = randomUUID()
    const requestId = requestIdOf(request)
    const { problem, retryAfterSeconds, isDefect } = toProblem(error, { requestId, errorId })
    if (isDefect) log.error({ err: error, errorId, requestId }, 'a request failed with an internal error')
    else if (problem.status >= 500) log.warn({ err: error, requestId }, 'a request could not be served')
    if (response.headersSent) {
      response.destroy()
      return
    }
    if (retryAfterSeconds !== null) response.setHeader('retry-after', String(retryAfterSeconds))
    if (problem.status === 401) response.setHeader('www-authenticate', challengeFor(request))
    response.status(problem.status).setHeader('content-type', 'application/problem+json; charset=utf-8')
    response.setHeader('cache-control', 'no-store')
    endAnswer(request, response, JSON.stringify(problem))
  }

const challengeFor = (request: Request): string => {
  if (request.path.startsWith('/admin')) return 'Basic realm="Inlet"'
  return request.path === '/mcp' ? `Bearer realm="Inlet", resource_metadata="${originOf(request)}${RESOURCE_METADATA}"` : 'Bearer realm="Inlet"'
}
