import { decodeFetch, type FetchResponse } from '../records/decode-fetch.js'
import type { Kafkajs, WireBroker, WireRequest } from './kafkajs.js'

export interface FetchRequest {
  /** How long the broker waits for the first byte, in ms. */
  readonly maxWaitTime: number
  readonly maxBytes: number
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly FetchPartition[] }[]
}

export interface FetchPartition {
  readonly partition: number
  readonly fetchOffset: number
  readonly maxBytes: number
}

/** One broker. Connects on the first request, and again after the connection was lost. Throws what kafkajs throws. */
export interface BrokerLink {
  /**
   * Sends a request and returns the decoded response, its error codes as they are. Requests are
   * serialized: kafkajs would otherwise connect once for each.
   */
  ask<T>(api: string, args: object): Promise<T>
  /** Fetches over a separate connection, because a broker responds in order and a fetch waits. One at a time. */
  fetch(request: FetchRequest): Promise<FetchResponse>
  close(): Promise<void>
}

const READ_COMMITTED = 1
const ANY_REPLICA = -1
const FETCH_TIMEOUT_MS = 15_000

export const createBrokerLink = (kafkajs: Kafkajs, broker: WireBroker): BrokerLink => {
  let turn: Promise<unknown> = Promise.resolve()
  const encode = (api: string, args: object): WireRequest => {
    const key = kafkajs.apiKeys[api]
    if (key === undefined) throw new Error(`kafkajs knows no request ${api}`)
    return broker.lookupRequest(key, kafkajs.requests[api])(args)
  }
  return {
    ask<T>(api: string, args: object): Promise<T> {
      const work = async (): Promise<T> => {
        await broker.connect()
        const { request, response } = encode(api, args)
        // Without `parse`, which throws at the first of possibly many error codes.
        const bare = { decode: (payload: Buffer) => response.decode(payload), parse: (decoded: unknown) => Promise.resolve(decoded) }
        return (await broker.connectionPool.send({ request, response: bare, logResponseError: false })) as T
      }
      const result = turn.then(work, work)
      turn = result.catch(() => undefined)
      return result
    },
    async fetch(asked) {
      await broker.connect()
      const { request } = encode('Fetch', { replicaId: ANY_REPLICA, isolationLevel: READ_COMMITTED, minBytes: 1, rackId: '', ...asked })
      const response = {
        decode: (payload: Buffer) => Promise.resolve(decodeFetch(payload, request.apiVersion)),
        parse: (decoded: unknown) => Promise.resolve(decoded),
      }
      const answer = await broker.connectionPool.send({ request, response, requestTimeout: FETCH_TIMEOUT_MS, logResponseError: false })
      return answer as FetchResponse
    },
    close: () => broker.disconnect(),
  }
}
