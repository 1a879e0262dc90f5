import { createRequire } from 'node:module'
import type { Socket } from 'node:net'

/** A request as kafkajs encodes it, with the decoder of its response. */
export interface WireRequest {
  readonly request: { readonly apiVersion: number }
  readonly response: WireResponse
  readonly requestTimeout?: number
  readonly logResponseError?: boolean
}

export interface WireResponse {
  decode(payload: Buffer): Promise<unknown>
  parse(decoded: unknown): Promise<unknown>
}

/** A broker as kafkajs connects to it: TCP, versions, SASL. */
export interface WireBroker {
  connect(): Promise<void>
  disconnect(): Promise<void>
  lookupRequest(apiKey: number, definition: unknown): (args: object) => WireRequest
  readonly connectionPool: { send(request: WireRequest): Promise<unknown> }
}

export interface SocketRequest {
  readonly host: string
  readonly port: number
  readonly ssl: unknown
  readonly onConnect: () => void
}

export interface WireSettings {
  readonly host: string
  readonly port: number
  readonly ssl: object | null
  readonly sasl: { readonly mechanism: string; readonly username: string; readonly password: string } | null
  readonly clientId: string
  readonly connectionTimeout: number
  readonly requestTimeout: number
  readonly socketFactory: (request: SocketRequest) => Socket
  readonly logger: object
}

/** The part of kafkajs that is used: everything below its consumer. Its version is pinned, because none of this is a stable API. */
export interface Kafkajs {
  readonly apiKeys: Readonly<Record<string, number>>
  readonly requests: Readonly<Record<string, unknown>>
  openBroker(settings: WireSettings): WireBroker
  nameOfError(code: number): string
}

let loaded: Kafkajs | undefined

/** Loads kafkajs when it is first needed. */
export const loadKafkajs = (): Kafkajs => (loaded ??= load())

const load = (): Kafkajs => {
  const require = createRequire(import.meta.url)
  const Broker = require('kafkajs/src/broker') as new (options: object) => WireBroker
  const ConnectionPool = require('kafkajs/src/network/connectionPool') as new (options: object) => unknown
  const { createErrorFromCode } = require('kafkajs/src/protocol/error') as { createErrorFromCode: (code: number) => { readonly type: string } }
  const { requests } = require('kafkajs/src/protocol/requests') as Pick<Kafkajs, 'requests'>
  return {
    apiKeys: require('kafkajs/src/protocol/requests/apiKeys') as Kafkajs['apiKeys'],
    requests,
    openBroker: ({ logger, ...settings }) =>
      new Broker({
        connectionPool: new ConnectionPool({ ...settings, logger, enforceRequestTimeout: true, maxInFlightRequests: null }),
        logger,
        authenticationTimeout: settings.connectionTimeout,
        allowAutoTopicCreation: false,
      }),
    nameOfError: (code) => createErrorFromCode(code).type,
  }
}
