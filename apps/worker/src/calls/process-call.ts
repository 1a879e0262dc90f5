import { timeoutSignal } from '@inlet/connector-sdk'
import { CALLS, type CallAnswer, type CallParams } from '@inlet/contract'
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
import { type CallKind, Failure, toFailure } from '@inlet/domain'
import { type JobContext, type JobData, RetryAt } from '@inlet/queue'
import type { PooledConnection } from '../connections/connection-pool.js'
import { type ConnectionRequest, openConnection } from '../connections/open-connection.js'
import { waitFor } from '../reading/wait-policy.js'
import { trySink } from '../sinks/try-sink.js'
import { browseItems, describeItem, fetchItem } from './browse.js'
import { importSettings } from './import-settings.js'
import { type OpenDeps, openLiveVersion } from './open.js'
import { previewRecords } from './preview.js'
import { type RecheckDeps, recheckSource } from './recheck.js'
import { type ReviewDeps, reviewDraft } from './review/review-draft.js'
import { testSource } from './source-test/test-source.js'

export interface CallDeps extends OpenDeps, ReviewDeps, RecheckDeps {}

/** How soon another worker may pick up a call that this one cannot answer. */
const HAND_BACK_MS = 200
/** How long a call may take to end by itself after its limit; a connector that ignores the signal does not keep the slot. */
const GRACE_MS = 5_000

/** Answers a short request: runs the real connector once and writes the answer to where the API waits for it. */
export const processCall = async (deps: CallDeps, { callId }: JobData<'call'>, context: JobContext): Promise<void> => {
  const call = await findWaitingCall(deps.database, callId)
  if (call === null) return
  if (await isForOthers(deps, call)) throw new RetryAt(new Date(Date.now() + HAND_BACK_MS))
  const { limitMs } = CALLS[call.kind]
  const limit = timeoutSignal(limitMs)
  try {
    const signal = AbortSignal.any([context.signal, limit])
    const answer = await waitFor(answerWith(deps, call, signal), signal, GRACE_MS)
    await answerCall(deps.database, callId, { status: 'done', answer })
  } catch (error) {
    const failure = toCallFailure(error, { limitMs, late: limit.aborted })
    await answerCall(deps.database, callId, {
      status: 'failed',
      answer: { code: failure.code, reason: failure.reason, message: failure.message, next: failure.next, field: failure.field },
    })
  }
}

/** Another worker may know this kind of call (if of another version) or this connector (if it has other packages). */
const isForOthers = async ({ database, connecting }: CallDeps, { kind, connector }: Call): Promise<boolean> =>
  !(kind in CALLS) || (connecting.findConnector(connector) === undefined && (await isConnectorOffered(database, connector)))

/** An error thrown after the limit is a consequence of it, unless it is a failure of its own. */
const toCallFailure = (error: unknown, { limitMs, late }: { readonly limitMs: number; readonly late: boolean }): Failure => {
  const failure = toFailure(error)
  const timedOut = error instanceof Error && (error.name === 'TimeoutError' || (late && failure.reason === 'CANCELLED'))
  return timedOut ? new Failure('TIMEOUT', `the source did not answer within ${limitMs / 1_000} s`, { cause: error }) : failure
}

type Answerers = { readonly [K in CallKind]: (deps: CallDeps, call: Call, params: CallParams<K>, signal: AbortSignal) => Promise<CallAnswer<K>> }

/** A missing kind fails to compile. */
const ANSWERERS: Answerers = {
  check: (deps, call, _params, signal) =>
    withConnection(deps, call, signal, async ({ connector, connection }) => {
      const warnings = await connector.check(connection, signal)
      return { ok: true, warnings: [...(warnings ?? [])] }
    }),
  preview: (deps, call, params, signal) => withConnection(deps, call, signal, (pooled) => previewRecords(pooled, params, signal)),
  browse: (deps, call, params, signal) => withConnection(deps, call, signal, (pooled) => browseItems(pooled, params, signal)),
  metadata: (deps, call, params, signal) => withConnection(deps, call, signal, (pooled) => describeItem(pooled, params, signal)),
  fetch: (deps, call, params, signal) => withConnection(deps, call, signal, (pooled) => fetchItem(deps.database, pooled, params, signal)),
  test: async (deps, call, params, signal) => testSource(deps, { request: await toRequest(deps.database, call), params }, signal),
  open: (deps, _call, params) => openLiveVersion(deps, params),
  review: (deps, { id, sourceId, connector }, params, signal) => reviewDraft(deps, { sourceId: sourceId ?? id, connector, params }, signal),
  recheck: (deps, call, { versionId }, signal) => {
    const check = () => withConnection(deps, call, signal, ({ connector, connection }) => connector.check(connection, signal))
    return recheckSource(deps, { sourceId: call.sourceId ?? call.id, versionId, check }, signal)
  },
  sink: ({ database, connecting: { keyring, secrets, http } }, _call, params, signal) =>
    trySink({ database, keyring, secrets, http: http.node }, params, signal),
  import: (deps, { connector }, params, signal) => importSettings(deps.connecting, { connector, params }, signal),
}

const answerWith = (deps: CallDeps, call: Call, signal: AbortSignal): Promise<unknown> => {
  const params: unknown = CALLS[call.kind].params.parse(call.params ?? {})
  // Schema and answerer belong to the same kind, which a union type cannot express.
  const answerer: (deps: CallDeps, call: Call, params: never, signal: AbortSignal) => Promise<unknown> = ANSWERERS[call.kind]
  return answerer(deps, call, params as never, signal)
}

const withConnection = async <T>(deps: CallDeps, call: Call, signal: AbortSignal, work: (pooled: PooledConnection) => Promise<T>): Promise<T> => {
  const pooled = await openConnection(deps.connecting, await toRequest(deps.database, call), signal)
  try {
    return await work(pooled)
  } finally {
    await pooled.connection[Symbol.asyncDispose]()
  }
}

/** A call brings secrets sealed for itself, or names the shared credential or the source whose stored secrets it uses. */
const toRequest = async (database: Database, call: Call): Promise<ConnectionRequest> => {
  const request = {
    sourceId: call.sourceId ?? call.id,
    connector: call.connector,
    config: call.config,
    waitsAs: 'call' as const,
    allowTargets: call.allowTargets,
  }
  if (call.sealedSecrets !== null) return { ...request, credential: { sealed: call.sealedSecrets, place: { ownerId: call.id, version: 0 } } }
  return { ...request, credential: await findStored(database, call) }
}

const findStored = async (database: Database, call: Call): Promise<StoredCredential | null> => {
  if (typeof call.credentialId === 'string') {
    const shared = await findCredentialById(database, call.credentialId)
    if (shared === null) throw new Failure('CREDENTIAL_CHANGED', 'the credential was deleted in the meantime')
    return shared
  }
  return typeof call.sourceId === 'string' ? await findCredential(database, call.sourceId) : null
}
