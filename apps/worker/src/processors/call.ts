import {
  answerCall,
  type Call,
  type Database,
  findCredential,
  findCredentialById,
  findWaitingCall,
  isConnectorOffered,
  type StoredCredential,
} from '@inlet/db'
import { Failure, toFailure } from '@inlet/domain'
import { type JobContext, type JobData, RetryAt } from '@inlet/queue'
import type { PooledConnection } from '../extraction/connection-pool.js'
import { type ConnectionDeps, type ConnectionRequest, openConnection } from '../extraction/open-connection.js'
import { waitFor } from '../extraction/patience.js'
import { testSource } from '../harness/test-source.js'
import { type ReviewDeps, reviewDraft } from '../review/review-draft.js'
import { browseItems } from './browse.js'
import { describeItem } from './describe-item.js'
import { fetchItem } from './fetch-item.js'
import { importSettings } from './import-settings.js'
import { type LoadDeps, loadVersion } from './load.js'
import { previewRecords } from './preview.js'

export interface CallDeps extends LoadDeps, ReviewDeps {
  readonly database: Database
  readonly connecting: ConnectionDeps
}

const LIMIT_MS = 10_000
/** So soon another worker may answer a call that this one has no connector for. */
const HAND_BACK_MS = 200
/** The content of an item takes its time. */
const FETCH_LIMIT_MS = 60_000
/** So long after its limit a call may still end by itself; a connector that ignores the signal does not keep the place. */
const GRACE_MS = 5_000

/** Answers a short request: runs the real connector once and writes the answer where the API waits for it. */
export const processCall = async (deps: CallDeps, { callId }: JobData<'call'>, context: JobContext): Promise<void> => {
  const call = await findWaitingCall(deps.database, callId)
  if (call === null) return
  if (deps.connecting.findConnector(call.connector) === undefined && (await isConnectorOffered(deps.database, call.connector)))
    throw new RetryAt(new Date(Date.now() + HAND_BACK_MS))
  // A version is loaded as slowly as its system is; nobody waits for the answer.
  const limitMs = call.kind === 'fetch' || call.kind === 'load' ? FETCH_LIMIT_MS : LIMIT_MS
  const limit = AbortSignal.timeout(limitMs)
  try {
    const signal = AbortSignal.any([context.signal, limit])
    await answerCall(deps.database, callId, { status: 'done', answer: await waitFor(answer(deps, call, signal), signal, GRACE_MS) })
  } catch (error) {
    const failure = toCallFailure(error, limit.aborted ? limitMs : null)
    await answerCall(deps.database, callId, {
      status: 'failed',
      answer: { code: failure.code, reason: failure.reason, message: failure.message, next: failure.next, field: failure.field },
    })
  }
}

/** What is thrown once the limit has passed (`limitMs`), is its consequence unless it is a failure of its own. */
const toCallFailure = (error: unknown, limitMs: number | null): Failure => {
  const failure = toFailure(error)
  const late = error instanceof Error && (error.name === 'TimeoutError' || (limitMs !== null && failure.reason === 'CANCELLED'))
  return late ? new Failure('TIMEOUT', `the source did not answer within ${(limitMs ?? LIMIT_MS) / 1_000} s`, { cause: error }) : failure
}

const answer = async (deps: CallDeps, call: Call, signal: AbortSignal): Promise<unknown> => {
  if (call.kind === 'load') return loadVersion(deps, call.params ?? {})
  if (call.kind === 'gate')
    return reviewDraft(deps, { sourceId: call.sourceId ?? call.id, connector: call.connector, params: call.params ?? {} }, signal)
  if (call.kind === 'import') return importSettings(deps.connecting, { connector: call.connector, params: call.params ?? {} }, signal)
  if (call.kind === 'test') return testSource(deps, { request: await toRequest(deps.database, call), params: call.params ?? {} }, signal)
  const started = performance.now()
  const pooled = await openConnection(deps.connecting, await toRequest(deps.database, call), signal)
  try {
    const result =
      call.kind === 'fetch'
        ? await fetchItem(deps.database, pooled, call.params ?? {}, signal)
        : await ANSWERS[call.kind](pooled, call.params ?? {}, signal)
    return { ...result, durationMs: Math.round(performance.now() - started) }
  } finally {
    await pooled.connection[Symbol.asyncDispose]()
  }
}

const ANSWERS: Readonly<
  Record<
    Exclude<Call['kind'], 'load' | 'gate' | 'import' | 'test' | 'fetch'>,
    (pooled: PooledConnection, params: object, signal: AbortSignal) => Promise<object>
  >
> = {
  check: async ({ connector, connection }, _params, signal) => {
    await connector.check(connection, signal)
    return { ok: true }
  },
  preview: previewRecords,
  browse: browseItems,
  metadata: describeItem,
}

/** A call brings secrets sealed for itself, or names the shared credential or the source whose stored ones it uses. */
const toRequest = async (database: Database, call: Call): Promise<ConnectionRequest> => {
  const request = {
    sourceId: call.sourceId ?? call.id,
    connector: call.connector,
    config: call.config,
    patience: 'call' as const,
    allowTargets: call.allowTargets,
  }
  if (call.sealedSecrets !== null) return { ...request, credential: { sealed: call.sealedSecrets, place: { ownerId: call.id, version: 0 } } }
  return { ...request, credential: await findStored(database, call) }
}

const findStored = async (database: Database, call: Call): Promise<StoredCredential | null> => {
  if (typeof call.credentialId === 'string') {
    const shared = await findCredentialById(database, call.credentialId)
    if (shared === null) throw new Failure('CREDENTIAL_CHANGED', 'the credential was deleted meanwhile')
    return shared
  }
  return typeof call.sourceId === 'string' ? await findCredential(database, call.sourceId) : null
}
