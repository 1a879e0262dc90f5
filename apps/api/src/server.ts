import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type Endpoint, endpoints } from '@inlet/contract'
import { Failure } from '@inlet/domain'
import type { Logger, Metrics } from '@inlet/observability'
import type { Queues } from '@inlet/queue'
import { monotonicNow } from '@inlet/runtime'
import type { Express, RequestHandler } from 'express'
import express from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { consolePages } from './console/console-pages.js'
import { type AuthenticateDeps, authenticate } from './http/authenticate.js'
import { compressResponses } from './http/compress-responses.js'
import { lazyHandler } from './http/lazy-handler.js'
import { callerId } from './http/principal.js'
import { problemHandler } from './http/problem-handler.js'
import type { Handlers } from './http/reply.js'
import { requestLog } from './http/request-log.js'
import { type RouteDeps, routeEndpoints } from './http/route-endpoints.js'
import { allowOrigins, securityHeaders } from './http/security-headers.js'
import type { McpDeps } from './mcp/mcp-endpoint.js'
import { protectedResource, RESOURCE_METADATA } from './oauth/challenge.js'

export interface AppDeps extends Omit<AuthenticateDeps, 'isPublic' | 'onlyReads'>, RouteDeps {
  readonly log: Logger
  readonly metrics: Metrics
  readonly queues: Pick<Queues, 'boardQueues'>
  readonly handlers: Handlers
  readonly boardWritable: boolean
  /** Origins whose pages may call from browsers. */
  readonly allowedOrigins: readonly string[]
  readonly requestsPerMinute: number
  /** Returns how many requests wait for the database connections that an address needs. */
  readonly waitingFor: (path: string) => number
  /** How many proxies in front are trusted for X-Forwarded-For. */
  readonly proxyHops: number
  readonly mcp: Omit<McpDeps, 'oauth'>
}

const PUBLIC = new Set<string>(
  Object.values<Endpoint>(endpoints)
    .filter(({ scope }) => scope === 'public')
    .map(({ path }) => path),
)

/** Whether senders prove themselves by a signature, which the handler verifies. */
const isSigned = ({ scope }: Endpoint): boolean => scope === 'signature'

const SIGNED = Object.values<Endpoint>(endpoints)
  .filter(isSigned)
  .map(({ path }) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`))

/** Whether an address needs no key: the public endpoints, those for signed requests, and the documentation. */
export const isPublic = (path: string): boolean =>
  PUBLIC.has(path) ||
  SIGNED.some((pattern) => pattern.test(path)) ||
  path === '/docs' ||
  path.startsWith('/docs/') ||
  RESOURCE_METADATA.includes(path)

const READS = new Set<string>(
  Object.values<Endpoint>(endpoints)
    .filter((endpoint) => endpoint.onlyReads === true)
    .map(({ path }) => path),
)

/** Whether a request changes nothing, whatever its parameters. */
const onlyReads: AuthenticateDeps['onlyReads'] = ({ method, path }) => method === 'GET' && READS.has(path)

const BOARD_PATH = '/admin/queues'

/** Creates the app with all middleware in order; everything that is not public is behind authentication, whether the address exists or not. */
export const createApp = (deps: AppDeps): Express => {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('case sensitive routing', true).set('trust proxy', deps.proxyHops)
  app.use(requestLog(deps.log))
  app.use(observeRequests(deps.metrics))
  app.use(compressResponses())
  // Before everything that involves people and keys: senders of events have neither, and are many.
  routeEndpoints(app, deps.handlers, deps, isSigned)
  // Before authentication: browsers ask without a key whether they may send one.
  app.use(allowOrigins(deps.allowedOrigins))
  app.use(securityHeaders())
  app.use(consolePages())
  app.use(refuseOverload({ waitingFor: deps.waitingFor, isPublic }))
  app.use(authenticate({ ...deps, isPublic, onlyReads }))
  app.use(limitRate(deps.requestsPerMinute))
  app.use(
    '/docs',
    lazyHandler(async () => (await import('./docs/docs-page.js')).docsPage()),
  )
  app.get([...RESOURCE_METADATA], protectedResource(deps.oauth))
  app.all(
    '/mcp',
    lazyHandler(async () => (await import('./mcp/mcp-endpoint.js')).mcpEndpoint({ ...deps.mcp, oauth: deps.oauth })),
  )
  app.use(
    BOARD_PATH,
    lazyHandler(async () => {
      const { queueBoard } = await import('./board/queue-board.js')
      return queueBoard({ queues: deps.queues, database: deps.database, writable: deps.boardWritable, path: BOARD_PATH })
    }),
  )
  routeEndpoints(app, deps.handlers, deps, (endpoint) => !isSigned(endpoint))
  app.use(notFound())
  app.use(problemHandler(deps.log, deps.oauth))
  return app
}

export interface ListeningServer {
  readonly port: number
  /** Accepts no new connections and waits for requests in progress up to the limit (ms). */
  close(limitMs: number): Promise<void>
}

/** A question of 10,000 characters takes up to nine bytes per character in an address. */
const MAX_HEADER_BYTES = 131_072

/** Starts to listen; throws when the port is taken. The caller closes it. */
export const openServer = async (app: Express, address: { readonly host: string; readonly port: number }): Promise<ListeningServer> => {
  const server = createServer({ requestTimeout: 900_000, headersTimeout: 30_000, keepAliveTimeout: 65_000, maxHeaderSize: MAX_HEADER_BYTES }, app)
  server.listen(address.port, address.host)
  await once(server, 'listening')
  const bound = server.address()
  return { port: typeof bound === 'object' && bound !== null ? bound.port : address.port, close: (limitMs) => closeServer(server, limitMs) }
}

const IDLE_SWEEP_MS = 100

const closeServer = async (server: Server, limitMs: number): Promise<void> => {
  const closed = once(server, 'close')
  server.close()
  // Otherwise a connection whose last request ends from now on would be kept alive.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS)
  const cut = setTimeout(() => server.closeAllConnections(), limitMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

/** Limits the requests of one caller (API key, otherwise address) to `perMinute`; 0 means no limit. */
const limitRate = (perMinute: number): RequestHandler =>
  perMinute === 0
    ? (_request, _response, next) => next()
    : rateLimit({
        windowMs: 60_000,
        limit: perMinute,
        standardHeaders: 'draft-8',
        legacyHeaders: false,
        keyGenerator: (request, response) => callerId(response) ?? ipKeyGenerator(request.ip ?? ''),
        handler: (_request, response, next) => {
          const waitSeconds = Number(response.getHeader('retry-after') ?? 60)
          next(new Failure('TOO_MANY_REQUESTS', `more than ${perMinute} requests a minute`, { retryAfterMs: waitSeconds * 1_000 }))
        },
      })

const toPattern = (path: string): RegExp => new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}/?$`)

/** Answers requests that no route handled: 405 with Allow for a known address, otherwise 404. */
const notFound = (): RequestHandler => {
  const known = Object.values<Endpoint>(endpoints).map(({ path, method }) => ({ pattern: toPattern(path), method: method.toUpperCase() }))
  return (request, response) => {
    const methods = known.filter(({ pattern }) => pattern.test(request.path)).map(({ method }) => method)
    if (methods.length === 0) throw new Failure('NOT_FOUND', 'there is nothing at this address')
    response.setHeader('allow', [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].sort().join(', '))
    throw new Failure('METHOD_NOT_ALLOWED', `${request.method} is not allowed here`)
  }
}

/** Measures every request under the pattern of its route. */
const observeRequests =
  (metrics: Pick<Metrics, 'observeHttp'>): RequestHandler =>
  (request, response, next) => {
    const startedAt = monotonicNow()
    response.once('close', () => {
      const route: unknown = (request.route as { path?: unknown } | undefined)?.path
      metrics.observeHttp(
        { method: request.method, route: typeof route === 'string' ? route : 'unmatched', status: response.statusCode },
        monotonicNow() - startedAt,
      )
    })
    next()
  }

/** How many requests may wait for a database connection; each further one would wait for seconds, and delay all others. */
const MOST_WAITING = 100
const RETRY_MS = 1_000

interface OverloadDeps {
  /** Returns how many requests wait for the connections that an address needs. */
  readonly waitingFor: (path: string) => number
  /** Whether an address needs none. */
  readonly isPublic: (path: string) => boolean
}

/** Responds with 503 and Retry-After at once if a request would wait long. */
const refuseOverload =
  ({ waitingFor, isPublic }: OverloadDeps): RequestHandler =>
  (request, _response, next) => {
    if (!isPublic(request.path) && waitingFor(request.path) >= MOST_WAITING)
      throw new Failure('DATABASE_UNAVAILABLE', 'too many requests wait for the database', { retryAfterMs: RETRY_MS })
    next()
  }
