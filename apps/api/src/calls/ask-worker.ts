import { randomUUID } from 'node:crypto'
import { CALLS, type CallAnswer, type CallParamsInput, type FailureView, statusOf } from '@inlet/contract'
import { type CallResult, type Database, findAnswer, insertCall } from '@inlet/db'
import { type CallKind, Failure, isReason, REASONS } from '@inlet/domain'
import type { Queues } from '@inlet/queue'
import { monotonicNow, sleep, withDeadline } from '@inlet/runtime'
import { type Keyring, type Secrets, sealSecrets } from '@inlet/security'
import { z } from 'zod'
import { CheckRejected } from '../http/failures.js'

export interface CallDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'enqueueCall'>
  readonly keyring: Keyring
  /** How long a worker may take; default 15 s. */
  readonly callTimeoutMs?: number
}

/** The subject of a call. `params` are those of its kind. */
export interface WorkerRequest<K extends CallKind> extends CallSubject {
  readonly params: CallParamsInput<K>
}

/** The system that a call addresses, and the secrets for it. */
export interface CallSubject {
  readonly connector: string
  readonly config: unknown
  /** Secrets that are not saved yet; for a saved source give its id instead, and the worker reads its own. */
  readonly secrets?: Secrets | undefined
  readonly sourceId?: string | undefined
  /** A shared credential for settings that are not saved yet. */
  readonly credentialId?: string | undefined
  /** Where stored secrets may be sent for this call in addition to their own targets: what `guardTargets` permits. */
  readonly allowTargets?: readonly string[] | undefined
}

export type WorkerOutcome<K extends CallKind> =
  | { readonly ok: true; readonly durationMs: number; readonly answer: CallAnswer<K> }
  | { readonly ok: false; readonly durationMs: number; readonly failure: CallFailure }
export interface CallFailure extends FailureView {
  readonly reason: keyof typeof REASONS
}

const TIMEOUT_MS = 15_000
const POLL_MS = 50
const ENQUEUE_MS = 2_000

/**
 * Has a worker perform a short call and waits for its answer, parsed by `CALLS`. Throws CHECK_TIMEOUT when none arrives in time, QUEUE_UNAVAILABLE
 * when it could not be enqueued. Secrets are sealed for this one call.
 */
export const askWorker = async <K extends CallKind>(
  deps: CallDeps,
  kind: K,
  request: WorkerRequest<K>,
  signal: AbortSignal,
): Promise<WorkerOutcome<K>> => {
  const id = randomUUID()
  const timeoutMs = deps.callTimeoutMs ?? TIMEOUT_MS
  const startedAt = monotonicNow()
  const hasSecrets = Object.keys(request.secrets ?? {}).length > 0
  await insertCall(deps.database, {
    id,
    kind,
    connector: request.connector,
    config: request.config,
    sealedSecrets: hasSecrets ? sealSecrets(deps.keyring, { ownerId: id, version: 0 }, request.secrets ?? {}) : null,
    sourceId: request.sourceId,
    credentialId: request.credentialId,
    allowTargets: request.allowTargets,
    params: request.params,
    timeoutMs,
  })
  await enqueue(deps, id)
  const answer = await untilAnswered(deps.database, { id, deadline: startedAt + timeoutMs, signal })
  const durationMs = Math.round(monotonicNow() - startedAt)
  if (answer.status === 'done')
    // The schema of a kind belongs to its type, which a union type cannot express.
    return { ok: true, durationMs, answer: CALLS[kind].answer.parse(answer.answer) as unknown as CallAnswer<K> }
  return { ok: false, durationMs, failure: toCallFailure(answer.answer) }
}

/** Enqueues with a deadline: producers would wait for as long as the queue is unavailable. */
const enqueue = async (deps: CallDeps, id: string): Promise<void> => {
  try {
    await withDeadline(() => deps.queues.enqueueCall(id), ENQUEUE_MS, 'asking a worker')
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('QUEUE_UNAVAILABLE', 'the queue does not answer', { cause: error, retryAfterMs: 2_000 })
  }
}

const untilAnswered = async (
  database: Database,
  wait: { readonly id: string; readonly deadline: number; readonly signal: AbortSignal },
): Promise<CallResult> => {
  for (;;) {
    const answer = await findAnswer(database, wait.id)
    if (answer !== null) return answer
    if (monotonicNow() > wait.deadline) throw new Failure('CHECK_TIMEOUT', 'no worker answered in time')
    await sleep(POLL_MS, wait.signal)
  }
}

const toCallFailure = (answer: unknown): CallFailure => {
  const { reason, message, next, field } = (answer ?? {}) as Readonly<Record<string, unknown>>
  const known = typeof reason === 'string' && isReason(reason) ? reason : 'INTERNAL'
  // The message of a connector defect belongs in the log, not in the response.
  const isDefect = statusOf(known) === 500
  return {
    reason: known,
    message: isDefect || typeof message !== 'string' ? 'the connector failed' : message,
    next: typeof next === 'string' && next !== '' ? next : REASONS[known].next,
    ...(typeof field === 'string' ? { field } : {}),
  }
}

/** Has a worker try to connect with these settings. Throws CHECK_TIMEOUT when none responds in time. */
export const checkSettings = (deps: CallDeps, subject: CallSubject, signal: AbortSignal): Promise<WorkerOutcome<'check'>> =>
  askWorker(deps, 'check', { ...subject, params: {} }, signal)

/** Settings about to be saved. */
export interface CheckedSettings extends CallSubject {
  readonly mapping: WorkerRequest<'test'>['params']['mapping']
}

type SettingsWarnings = readonly { readonly code: string; readonly message: string }[]

/**
 * Checks settings before they are saved; returns warnings for the user, including when search would find nothing in the first records. Throws
 * CheckRejected when the check fails.
 */
export const requireCheck = async (deps: CallDeps, { mapping, ...subject }: CheckedSettings, signal: AbortSignal): Promise<SettingsWarnings> => {
  const outcome = await checkSettings(deps, subject, signal)
  if (!outcome.ok) throw new CheckRejected(outcome.failure)
  return [...outcome.answer.warnings, ...(await warnOfMissingText(deps, { ...subject, params: { mapping, limit: SAMPLE } }, signal))]
}

const SAMPLE = 5
/** Anything slower is left to the first run, after which `why` reports it. */
const SAMPLE_MS = 6_000
const sampled = z.object({ warnings: z.array(z.object({ code: z.string(), stream: z.string(), message: z.string() })) })

const warnOfMissingText = async (deps: CallDeps, request: WorkerRequest<'test'>, signal: AbortSignal): Promise<SettingsWarnings> => {
  const callTimeoutMs = Math.min(SAMPLE_MS, deps.callTimeoutMs ?? TIMEOUT_MS)
  const outcome = await askWorker({ ...deps, callTimeoutMs }, 'test', request, signal).catch((error: unknown) => {
    // It could connect, which is what was asked.
    if (error instanceof Failure) return null
    throw error
  })
  if (outcome === null || !outcome.ok) return []
  const { warnings } = sampled.parse(JSON.parse(outcome.answer.json))
  return warnings.filter(({ code }) => code === 'TEXT_MISSING').map(({ code, stream, message }) => ({ code, message: `${stream}: ${message}` }))
}
