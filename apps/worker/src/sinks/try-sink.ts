import { randomUUID } from 'node:crypto'
import type { HttpClient } from '@inlet/connector-sdk'
import type { CallAnswer, CallParams } from '@inlet/contract'
import { type Database, findSinkToSend } from '@inlet/db'
import { Failure, hideUrl, toFailure } from '@inlet/domain'
import { monotonicNow } from '@inlet/runtime'
import { type OpenSinkDeps, openSink } from './open-sink.js'
import { SINK_SENDERS } from './sink-kinds.js'

export interface TrySinkDeps extends OpenSinkDeps {
  readonly database: Database
  /** Reaches only what the egress guard permits. */
  readonly http: HttpClient
}

/** Shorter than the time limit of the call, so that it is clear which side was too slow. */
const TIMEOUT_MS = 8_000

/** Sends a message without changes, signed like any other, and returns the receiver's response. Position, attempts and status stay as they are. */
export const trySink = async (deps: TrySinkDeps, { sinkId }: CallParams<'sink'>, signal: AbortSignal): Promise<CallAnswer<'sink'>> => {
  const sink = await findSinkToSend(deps.database, sinkId)
  if (sink === null) throw new Failure('NOT_FOUND', 'the sink was deleted in the meantime')
  const { url, secrets } = openSink(deps, sink)
  const startedAt = monotonicNow()
  const took = () => ({ durationMs: Math.round(monotonicNow() - startedAt) })
  try {
    const message = { id: `msg_test_${randomUUID()}`, test: `Inlet reaches the sink "${sink.name}". This is a test, and has no changes.` }
    const { status, said } = await SINK_SENDERS[sink.kind]({ http: deps.http, sink, url, secrets, signal, timeoutMs: TIMEOUT_MS }, message)
    const delivered = status >= 200 && status < 300
    const error = delivered ? null : `the receiver answers ${status}${said === '' ? '' : `: ${hideUrl(said, url)}`}`
    return { delivered, status, error, ...took() }
  } catch (error) {
    const { reason, message } = toFailure(error)
    return { delivered: false, status: null, error: hideUrl(`${reason}: ${message}`, url), ...took() }
  }
}
