import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { setAlignedInterval } from '@inlet/runtime'
import type { Metrics } from '../metrics/metrics.js'
import type { Check } from './checks.js'
import {
  brokenResponse,
  methodResponse,
  notFoundResponse,
  type OpsResponse,
  toHealthResponse,
  toReadyResponse,
  toSharedMetricsResponse,
} from './ops-responses.js'
import { OPS_THREAD, type OpsThreadData } from './ops-thread.js'

export interface OpsServerOptions {
  readonly host: string
  /** 0 selects a free port. */
  readonly port: number
  readonly metrics: Pick<Metrics, 'exposeParts'>
  readonly isReady: () => Promise<readonly Check[]>
  readonly isHealthy: () => Promise<readonly Check[]>
  /** A process whose event loop is silent for this long (ms) is killed from outside of it; default: never. */
  readonly silentMs?: number
}

export interface OpsServer {
  /** The port it listens on. */
  readonly port: number
  close(): Promise<void>
}

const REQUEST_TIMEOUT_MS = 10_000
/** Longer than a probe may take. */
const ANSWER_MS = 4_000
const HEARTBEAT_MS = 500
const CLOSE_MS = 1_000

const answer = async (method: string, path: string, options: OpsServerOptions): Promise<OpsResponse> => {
  if (method !== 'GET' && method !== 'HEAD') return methodResponse
  try {
    if (path === '/health') return toHealthResponse(await options.isHealthy())
    if (path === '/ready') return toReadyResponse(await options.isReady())
    return path === '/metrics' ? await toSharedMetricsResponse(options.metrics) : notFoundResponse
  } catch {
    return brokenResponse
  }
}

type ThreadMessage =
  | { readonly id: number; readonly method: string; readonly path: string }
  | { readonly port: number }
  | { readonly failed: { readonly message: string; readonly code?: string } }

/**
 * Serves /health, /ready and /metrics for processes without an API, without authentication: bind it where only operators have access. It answers from
 * its own thread: while the event loop is blocked, /ready and everything else is 503. The caller closes it.
 */
export const openOpsServer = async (options: OpsServerOptions): Promise<OpsServer> => {
  const heartbeats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const data: OpsThreadData = {
    host: options.host,
    port: options.port,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    answerMs: ANSWER_MS,
    heartbeats,
    heartbeatMs: HEARTBEAT_MS,
    // A process held at a breakpoint should not be killed.
    silentMs: process.execArgv.some((flag) => flag.startsWith('--inspect')) ? 0 : (options.silentMs ?? 0),
  }
  const thread = new Worker(OPS_THREAD, { eval: true, env: {}, execArgv: [], workerData: data })
  const stopHeartbeats = setAlignedInterval(() => Atomics.add(heartbeats, 0, 1), HEARTBEAT_MS)
  const close = async (): Promise<void> => {
    stopHeartbeats()
    const exited = once(thread, 'exit')
    thread.postMessage({ close: true }, [])
    await Promise.race([exited, sleep(CLOSE_MS, undefined, { ref: false })])
    await thread.terminate()
  }
  const listening = new Promise<number>((resolve, reject) => {
    thread.once('error', reject)
    thread.on('message', (message: ThreadMessage) => {
      if ('port' in message) resolve(message.port)
      else if ('failed' in message) reject(Object.assign(new Error(message.failed.message), { code: message.failed.code }))
      else void answer(message.method, message.path, options).then((given) => thread.postMessage({ id: message.id, answer: given }, []))
    })
  })
  try {
    return { port: await listening, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** With a shorter limit, a busy machine could be taken for a blocked process. */
const LEAST_MS = 5_000

/** Returns how long the event loop of a process may be silent (ms): two lifetimes of its leases, by which time others have taken over its work. */
export const silenceOf = (leaseMs: number): number => Math.max(2 * leaseMs, LEAST_MS)
