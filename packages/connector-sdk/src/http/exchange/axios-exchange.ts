import type { IncomingMessage } from 'node:http'
import type { AxiosError, AxiosInstance, AxiosStatic } from 'axios'
import { type Exchange, ExchangeError } from './exchange.js'
import type { GuardedAgents } from './guarded-agents.js'

interface Client {
  readonly client: AxiosInstance
  readonly isAxiosError: AxiosStatic['isAxiosError']
}

/**
 * Exchanges through axios, with everything it would do on its own (proxies, redirects, decompression, limits) switched off. Loads it with the first
 * request: it is 5 % of what a worker loads at its start, and sources that are no web sites never need it.
 */
export const createAxiosExchange = (agents: GuardedAgents): Exchange => {
  let opening: Promise<Client> | null = null
  return async (hop, signal) => {
    opening ??= openClient(agents)
    const { client, isAxiosError } = await opening
    try {
      const answer = await client.request<IncomingMessage>({
        url: hop.url.href,
        method: hop.method,
        headers: { ...hop.headers },
        data: hop.body,
        signal,
      })
      return answer.data
    } catch (error) {
      if (!isAxiosError(error)) throw new ExchangeError(error, false)
      const request: unknown = error.request
      const reused = typeof request === 'object' && request !== null && 'reusedSocket' in request && request.reusedSocket === true
      throw new ExchangeError(withoutRequest(error), reused)
    }
  }
}

const openClient = async (agents: GuardedAgents): Promise<Client> => {
  const { default: axios, isAxiosError } = await import('axios')
  const client = axios.create({
    adapter: 'http',
    httpAgent: agents.http,
    httpsAgent: agents.https,
    proxy: false,
    maxRedirects: 0,
    decompress: false,
    maxBodyLength: Number.POSITIVE_INFINITY,
    responseType: 'stream',
    validateStatus: () => true,
    transformRequest: [],
    transformResponse: [],
  })
  return { client, isAxiosError }
}

/** An axios error carries the whole request, credentials included, to wherever it is logged. */
const withoutRequest = (error: AxiosError): Error => error.cause ?? Object.assign(new Error(error.message), { code: error.code })
