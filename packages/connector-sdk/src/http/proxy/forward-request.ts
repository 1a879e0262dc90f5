import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { isUrl } from '@inlet/domain'
import { toNetworkFailure } from '../translate-error.js'
import { authorityOf, type Pass } from './pass.js'

const TIMEOUT_MS = 60_000

/** These headers concern one connection (RFC 9110, 7.6.1) or the proxy. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Forwards a request for an absolute http URL if the guard permits it; answers 403 or 502 otherwise. */
export const forwardRequest = (pass: Pass, request: IncomingMessage, response: ServerResponse): void => {
  const { url: address = '', method = 'GET' } = request
  pass.hold(request.socket)
  let authority = ''
  const refuse = (status: number, error: unknown): void => {
    const failure = toNetworkFailure(error, `${method} http://${authority}`)
    if (authority !== '') pass.recordFailure(authority, failure)
    if (response.headersSent) response.destroy()
    else response.writeHead(status, { 'content-type': 'text/plain' }).end(`${failure.reason}\n`)
  }
  let upstream: http.ClientRequest
  try {
    if (pass.exceeded) return void response.destroy()
    if (!/^http:/i.test(address)) return refuse(400, new Error('not an absolute http address'))
    authority = isUrl(address) ? authorityOf(new URL(address)) : ''
    const url = pass.guard.checkUrl(address)
    upstream = http.request({
      agent: pass.agents.http,
      host: url.hostname.replaceAll(/^\[|\]$/g, ''),
      port: url.port === '' ? 80 : Number(url.port),
      path: url.pathname + url.search,
      method,
      headers: forwarded(request.headers),
      timeout: TIMEOUT_MS,
    })
  } catch (error) {
    return refuse(403, error)
  }
  upstream.once('timeout', () => upstream.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
  upstream.on('error', (error) => refuse(502, error))
  upstream.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, forwarded(answer.headers))
    answer.on('data', (chunk: Buffer) => pass.count(chunk.length))
    answer.once('error', () => response.destroy())
    answer.pipe(response)
  })
  response.once('close', () => upstream.destroy())
  request.pipe(upstream)
}

const forwarded = (headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name)))
