import type { HttpClient } from '@inlet/connector-sdk'
import {
  type ChangePage,
  type ChangePosition,
  type ClaimedSink,
  type Database,
  readChanges,
  recordSinkFailure,
  releaseSink,
  saveSinkPosition,
  startOfChanges,
  toChangeJson,
} from '@inlet/db'
import { hideUrl, retryAsAsked, sha256Hex, sinkRetryMs, toFailure } from '@inlet/domain'
import type { Logger, Metrics, SecretRegistry } from '@inlet/observability'
import { monotonicNow, sleep } from '@inlet/runtime'
import type { Keyring } from '@inlet/security'
import { openSink } from './open-sink.js'
import { SINK_SENDERS } from './sink-kinds.js'

export interface DeliverDeps {
  readonly database: Database
  /** Reaches only what the egress guard permits. */
  readonly http: HttpClient
  readonly keyring: Keyring
  readonly secrets: SecretRegistry
  readonly metrics: Metrics
  readonly log: Logger
  /** How long a sink stays claimed by a process that died, in ms; default 45,000. */
  readonly holdMs?: number
}

export const HOLD_MS = 45_000
const SAVE_EVERY_MS = 10_000
const IDLE_MS = 500
const MAX_BYTES = 1_048_576
const GONE = 410

/**
 * Delivers changes to a sink, batch by batch, until a receiver fails, the claim is lost or the signal aborts. A position is saved once everything
 * before it was accepted: a later delivery may repeat a batch but never skips one.
 */
export const deliverChanges = async (deps: DeliverDeps, sink: ClaimedSink, signal: AbortSignal): Promise<void> => {
  const { database, log, metrics } = deps
  let position = sink.position ?? (await startOfChanges(database, 'beginning'))
  let savedAt = Number.NEGATIVE_INFINITY
  const save = async (delivered: number, status: number | null): Promise<boolean> => {
    savedAt = monotonicNow()
    return saveSinkPosition(database, sink, { position, delivered, status, holdMs: deps.holdMs ?? HOLD_MS })
  }
  while (!signal.aborted) {
    const page = await readChanges(database, position, {
      filter: {
        sourceIds: sink.sources.length === 0 ? undefined : sink.sources,
        stream: sink.stream ?? undefined,
        kind: sink.recordKind ?? undefined,
      },
      fields: { allData: true, members: [], text: true },
      limit: sink.batchSize,
      maxBytes: MAX_BYTES,
    })
    if (page === null) {
      log.warn({ sink: sink.name }, 'changes that a sink has not accepted are no longer available: it gets everything from the beginning')
      position = await startOfChanges(database, 'beginning')
      if (!(await save(0, null))) return
      continue
    }
    if (page.changes.length > 0) {
      const sent = await send(deps, sink, { from: position, page, signal })
      if (sent.failure !== null) {
        // Cut off because this process is ending: not the receiver's fault.
        if (signal.aborted) break
        metrics.countSinkMessage(sink.name, sent.failure.retryMs === null ? 'refused' : 'failed', page.changes.length)
        await recordSinkFailure(database, sink, sent.failure)
        break
      }
      metrics.countSinkMessage(sink.name, 'delivered', page.changes.length)
      position = page.next
      if (!(await save(page.changes.length, sent.status))) return
      continue
    }
    position = page.next
    if (monotonicNow() - savedAt > SAVE_EVERY_MS && !(await save(0, null))) return
    if (page.atEnd) await sleep(IDLE_MS, signal).catch(() => {})
  }
  await releaseSink(database, sink)
}

interface Sent {
  readonly status: number | null
  readonly failure: { readonly status: number | null; readonly error: string; readonly retryMs: number | null } | null
}

const send = async (
  deps: DeliverDeps,
  sink: ClaimedSink,
  { from, page, signal }: { readonly from: ChangePosition; readonly page: ChangePage; readonly signal: AbortSignal },
): Promise<Sent> => {
  const { url, secrets } = openSink(deps, sink)
  const retryMs = sinkRetryMs(sink.attempts + 1, Math.random())
  const fail = (status: number | null, error: string, retry: number | null = retryMs): Sent => ({
    status,
    failure: { status, error, retryMs: retry },
  })
  try {
    const { status, retryAfterMs, said } = await SINK_SENDERS[sink.kind](
      { http: deps.http, sink, url, secrets, signal },
      // Identified by both ends: a batch that has grown since a failed attempt is another message.
      { id: `msg_${sha256Hex(JSON.stringify([sink.id, from, page.next])).slice(0, 32)}`, changes: page.changes.map(toChangeJson) },
    )
    if (status >= 200 && status < 300) return { status, failure: null }
    if (status === GONE) return fail(status, 'the receiver answers 410 Gone', null)
    return fail(status, `the receiver answers ${status}${said === '' ? '' : `: ${hideUrl(said, url)}`}`, retryAsAsked(status, retryMs, retryAfterMs))
  } catch (error) {
    const { reason, message } = toFailure(error)
    return fail(null, hideUrl(`${reason}: ${message}`, url))
  }
}
