import type { IncomingMessage } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import { Failure, isUrl } from '@inlet/domain'
import { abortable } from '../abortable.js'
import type { ConnectorLog } from '../context.js'
import type { EgressGuard } from '../net/egress-guard.js'
import { createResponse } from './body/response.js'
import { type Deadline, startDeadline } from './deadline.js'
import { createAxiosExchange } from './exchange/axios-exchange.js'
import { type Exchange, ExchangeError, type Hop } from './exchange/exchange.js'
import { createGuardedAgents, type GuardedAgents } from './exchange/guarded-agents.js'
import { type HttpEvent, observeExchange } from './exchange/observe-exchange.js'
import type { HttpClient, HttpRequest, HttpResponse } from './http-client.js'
import { describeLocation, isRedirect, nextHop } from './redirect.js'
import { withoutSent } from './sent-credentials.js'
import { toHop } from './to-hop.js'
import { describeUrl } from './to-http-failure.js'
import { toNetworkFailure } from './translate-error.js'

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024
const DEFAULT_MAX_REDIRECTS = 5

export interface HttpClientOptions {
  readonly guard: EgressGuard
  readonly log?: ConnectorLog
  /** Sent as User-Agent unless a request sets its own. */
  readonly userAgent?: string
  /** Removes secrets from what the remote system says in an error; what was sent is removed in any case. */
  readonly redact?: (text: string) => string
  readonly onRequest?: (event: HttpEvent) => void
  /** The transport: `axios` (default), or `node` for callers with very many small requests, at about half the CPU. */
  readonly transport?: 'axios' | 'node'
}

export interface ClosableHttpClient extends HttpClient, AsyncDisposable {
  /** Ends requests in flight with CANCELLED and destroys all sockets. */
  close(): void
}

/** Creates an HTTP client that reaches only what the guard permits; see {@link HttpClient} for the failures. The caller closes it. */
export const createHttpClient = (options: HttpClientOptions): ClosableHttpClient => {
  const agents = createGuardedAgents(options.guard)
  const exchange = options.transport === 'node' ? createNodeExchange(agents) : createAxiosExchange(agents)
  const open = new Set<Deadline>()
  const state = { closed: false }
  const close = () => {
    state.closed = true
    for (const deadline of open) deadline.cancel(closedFailure())
    agents.close()
  }
  const parts: Parts = { ...options, exchange: observeExchange(exchange, options), open }
  return {
    request: async (request) => {
      if (state.closed) throw closedFailure()
      return await perform(request, parts)
    },
    close,
    [Symbol.asyncDispose]: async () => close(),
  }
}

const closedFailure = () => new Failure('CANCELLED', 'the HTTP client is closed')

interface Parts extends HttpClientOptions {
  readonly exchange: Exchange
  readonly open: Set<Deadline>
}

const perform = async (request: HttpRequest, parts: Parts): Promise<HttpResponse> => {
  const first = toHop(parts.guard.checkUrl(request.url), request, parts.userAgent)
  const target = `${first.method} ${describeUrl(first.url)}`
  const deadline = startDeadline({ target, timeoutMs: request.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal: request.signal, open: parts.open })
  let message: IncomingMessage | undefined
  try {
    const answer = await followRedirects(first, request, { ...parts, deadline })
    message = answer.message
    return await createResponse(message, {
      target: answer.hop === first ? target : `${target}, redirected to ${describeUrl(answer.hop.url)}`,
      deadline,
      url: answer.hop.url,
      maxBytes: request.maxBytes ?? DEFAULT_MAX_BYTES,
      decompress: request.decompress ?? true,
      clean: (text) => (parts.redact ?? String)(withoutSent(text, first)),
      hasBody: answer.hop.method !== 'HEAD' && message.statusCode !== 204 && message.statusCode !== 304,
    })
  } catch (error) {
    message?.destroy()
    const reason: unknown = deadline.signal.aborted ? deadline.signal.reason : error
    deadline.done()
    throw toNetworkFailure(reason, target)
  }
}

const followRedirects = async (
  first: Hop,
  request: HttpRequest,
  parts: Parts & { deadline: Deadline },
): Promise<{ hop: Hop; message: IncomingMessage }> => {
  const maxRedirects = request.maxRedirects ?? DEFAULT_MAX_REDIRECTS
  const credentialHeaders = (request.credentialHeaders ?? []).map((name) => name.toLowerCase())
  let hop = first
  for (let followed = 0; ; followed++) {
    const message = await send(hop, parts)
    const status = message.statusCode ?? 0
    const { location } = message.headers
    if (!isRedirect(status) || location === undefined || maxRedirects === 0) return { hop, message }
    message.destroy()
    if (followed === maxRedirects)
      throw new Failure(
        'TOO_MANY_REDIRECTS',
        `${describeUrl(first.url)} redirects more than ${maxRedirects} times, the last time to ${whereTo(hop, location)}`,
      )
    hop = nextHop(hop, { status, location }, credentialHeaders)
    checkHop(hop, parts.guard)
  }
}

const whereTo = (hop: Hop, location: string): string =>
  isUrl(location, hop.url.href) ? describeUrl(new URL(location, hop.url)) : describeLocation(location)

const isHttp = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:'

/** A redirect to a forbidden address is the remote system's doing, not a faulty setting. */
const checkHop = (hop: Hop, guard: EgressGuard): void => {
  try {
    guard.checkUrl(hop.url.href)
  } catch (error) {
    throw new Failure(
      'EGRESS_BLOCKED',
      `a redirect leads to ${isHttp(hop.url) ? describeUrl(hop.url) : `a ${hop.url.protocol} address`}, which is not allowed`,
      { cause: error },
    )
  }
}

/** A server may close an idle connection just as we use it: it has not seen such a request, so it is sent once more. */
const send = async (hop: Hop, { exchange, deadline }: { exchange: Exchange; deadline: Deadline }): Promise<IncomingMessage> => {
  try {
    return await inTime(exchange(hop, deadline.signal), deadline.signal)
  } catch (error) {
    const stale = error instanceof ExchangeError && error.reusedSocket && (hop.method === 'GET' || hop.method === 'HEAD')
    if (!stale || deadline.signal.aborted) throw error
    return await inTime(exchange(hop, deadline.signal), deadline.signal)
  }
}

/** However a transport treats the signal: after it aborts nothing is waited for, and a late response is dropped. */
const inTime = (answer: Promise<IncomingMessage>, signal: AbortSignal): Promise<IncomingMessage> => {
  answer.then(
    (message) => signal.aborted && message.on('error', () => undefined).destroy(),
    () => undefined,
  )
  return abortable(answer, signal)
}

/** Exchanges through Node's own client, for callers that send very many small requests. */
const createNodeExchange =
  (agents: GuardedAgents): Exchange =>
  (hop, signal) =>
    new Promise((resolve, reject) => {
      const secure = hop.url.protocol === 'https:'
      const options = { method: hop.method, headers: hop.headers, agent: secure ? agents.https : agents.http }
      const request = (secure ? https : http).request(hop.url, options)
      const onAbort = () => request.destroy(signal.reason instanceof Error ? signal.reason : undefined)
      signal.addEventListener('abort', onAbort, { once: true })
      request.once('close', () => signal.removeEventListener('abort', onAbort))
      request.once('response', resolve)
      // Stays for the life of the request: a socket that dies late reports here too.
      request.on('error', (error) => reject(new ExchangeError(error, request.reusedSocket)))
      if (signal.aborted) onAbort()
      request.end(hop.body)
    })
