import http from 'node:http'
import https from 'node:https'
import { type Exchange, ExchangeError } from './exchange.js'
import type { GuardedAgents } from './guarded-agents.js'

/** Exchanges through Node's own client, for callers that send very many small requests. */
export const createNodeExchange =
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
      // Stays for the whole life of the request: a socket that dies late reports here too.
      request.on('error', (error) => reject(new ExchangeError(error, request.reusedSocket)))
      if (signal.aborted) onAbort()
      request.end(hop.body)
    })
