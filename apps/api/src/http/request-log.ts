import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Logger } from '@inlet/observability'
import type { RequestHandler } from 'express'
import { pinoHttp } from 'pino-http'

const ID = /^[A-Za-z0-9._-]{1,100}$/
const QUIET = new Set(['/health', '/ready', '/metrics'])

/** Returns the id of a request: the caller's X-Request-Id if it is a plain one. */
export const requestIdOf = (request: IncomingMessage): string => (typeof request.id === 'string' ? request.id : 'unknown')

/** Assigns an id to each request, returns it in X-Request-Id, and logs one line when it is done: no headers, no query, no body. */
export const requestLog = (log: Logger): RequestHandler =>
  pinoHttp({
    logger: log,
    genReqId: (request, response) => {
      const given = request.headers['x-request-id']
      const id = typeof given === 'string' && ID.test(given) ? given : randomUUID()
      response.setHeader('x-request-id', id)
      return id
    },
    serializers: {
      req: (request: { id: unknown; method: string; url: string }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0],
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customLogLevel: (request, response, error) => {
      if (error !== undefined || response.statusCode >= 500) return 'warn'
      return QUIET.has((request.url ?? '').split('?', 1)[0] ?? '') ? 'silent' : 'debug'
    },
  })
