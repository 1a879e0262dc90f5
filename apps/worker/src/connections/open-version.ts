import { findLiveConnections, recordOpened, recordOpenFailure, type StoredCredential } from '@inlet/db'
import { blameForOpening, Failure, toFailure } from '@inlet/domain'
import type { PooledConnection } from './connection-pool.js'
import { type ConnectionDeps, openConnection } from './open-connection.js'

export interface VersionToOpen {
  readonly sourceId: string
  readonly versionId: string
  readonly connector: string
  readonly config: unknown
  readonly credential: StoredCredential | null
  readonly knowsRecords?: boolean
  /** The version is known to be openable, so this need not be recorded. */
  readonly opened?: boolean
}

/**
 * Opens a version of a source and records the result: settings that cannot work mark the version, and an earlier one replaces it if it was never
 * opened before. Throws what `openConnection` throws. The caller disposes.
 */
export const openVersion = async (deps: ConnectionDeps, version: VersionToOpen, signal: AbortSignal): Promise<PooledConnection> => {
  const { versionId, opened, ...request } = version
  let pooled: PooledConnection
  try {
    pooled = await openConnection(deps, { ...request, alsoLog: deps.runLogs?.sinkOf(version.sourceId) }, signal)
  } catch (thrown) {
    const failure = await explainRefusal(deps, version, toFailure(thrown))
    const blame = blameForOpening(failure)
    if (blame !== 'nothing')
      await recordOpenFailure(deps.database, { sourceId: version.sourceId, versionId, reason: failure.reason, message: failure.message, blame })
    throw failure
  }
  try {
    if (opened !== true) await recordOpened(deps.database, versionId)
    return pooled
  } catch (error) {
    await pooled.connection[Symbol.asyncDispose]()
    throw error
  }
}

/** Explains a refusal: secrets that do not fit a version which is no longer live were given for the one that is; the next run uses that. */
const explainRefusal = async (deps: ConnectionDeps, { sourceId, versionId }: VersionToOpen, failure: Failure): Promise<Failure> => {
  if (failure.reason !== 'SECRET_TARGET_REFUSED') return failure
  const live = (await findLiveConnections(deps.database, [sourceId])).get(sourceId)
  if (live === undefined || live.versionId === versionId) return failure
  return new Failure('CREDENTIAL_CHANGED', 'the source was given secrets for another address in the meantime', { cause: failure })
}
