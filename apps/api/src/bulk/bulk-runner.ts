import { endpoints, statusOf } from '@inlet/contract'
import {
  type BulkItem,
  claimBulkItems,
  claimBulkOperation,
  endBulkOperation,
  findLiveScopes,
  type HeldBulkOperation,
  holdBulkOperation,
  isBulkOperationOver,
  type LabelChange,
  recordBulkItem,
  releaseBulkOperation,
  stopBulkOperation,
  updateSource,
} from '@inlet/db'
import { Failure, hasScope, keyIdOf } from '@inlet/domain'
import { sleep } from '@inlet/runtime'
import { parseWith } from '../http/failures.js'
import { sourceNotFound } from '../source-access/lookup.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { actAndSync } from '../sources/lifecycle.js'

export interface BulkRunner {
  /** Reports that there may be something to do. */
  wake(): void
  /** Stops after the current sources; another process, or this one after a restart, continues. */
  close(): Promise<void>
}

type RunnerDeps = Pick<SourceDeps, 'database' | 'queues' | 'log'>

const HOLD_MS = 30_000
const AT_A_TIME = 4
/** The claim is renewed after this many sources. */
const TAKEN = 20

/**
 * Works through bulk operations one after the other, oldest first. If this process dies, another one takes over its operation and may repeat the
 * sources in progress. The caller closes it.
 */
export const openBulkRunner = (deps: RunnerDeps, { holder, pollMs }: { readonly holder: string; readonly pollMs: number }): BulkRunner => {
  const { database, log } = deps
  const stop = new AbortController()
  let rest = new AbortController()
  const hold = { holder, holdMs: HOLD_MS }

  const work = async (operation: HeldBulkOperation): Promise<void> => {
    for (let afterPosition = -1; await holdBulkOperation(database, operation.id, hold); ) {
      if (stop.signal.aborted) return releaseBulkOperation(database, operation.id, hold)
      const items = await claimBulkItems(database, { id: operation.id, afterPosition, limit: TAKEN })
      const last = items.at(-1)
      if (last === undefined) return endBulkOperation(database, operation.id, hold)
      await doAll(deps, operation, items)
      afterPosition = last.position
    }
  }
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      rest = new AbortController()
      try {
        const operation = await claimBulkOperation(database, hold)
        if (operation !== null) {
          await work(operation)
          continue
        }
      } catch (error) {
        log.warn({ err: error }, 'a bulk operation was interrupted; it continues later')
      }
      await sleep(pollMs, AbortSignal.any([rest.signal, stop.signal])).catch(() => {})
    }
  }
  const running = loop()
  return {
    wake: () => rest.abort(),
    async close() {
      stop.abort()
      await running
    },
  }
}

const doAll = async (deps: RunnerDeps, operation: HeldBulkOperation, items: readonly Pick<BulkItem, 'position' | 'sourceId'>[]): Promise<void> => {
  const waiting = [...items]
  const some = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      if (!(await mayAct(deps, operation))) {
        waiting.length = 0
        await stopBulkOperation(deps.database, operation.id, { actor: 'system', failure: ENDED })
        return
      }
      await recordBulkItem(deps.database, operation.id, { ...(await doOne(deps, operation, item.sourceId)), position: item.position })
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, some))
}

const NEEDED = endpoints.createBulkOperation.scope
const ENDED = new Failure('FORBIDDEN', `the key or token that requested this has been revoked, has expired, or no longer has the scope ${NEEDED}`)

/** Whether the actor of an operation could still request it: a revoked key acts on no further source, and neither does a token that has expired. */
const mayAct = async ({ database }: RunnerDeps, { id, actor }: HeldBulkOperation): Promise<boolean> => {
  const keyId = keyIdOf(actor)
  return keyId === null ? !(await isBulkOperationOver(database, id)) : hasScope(await findLiveScopes(database, keyId), NEEDED)
}

const doOne = async (
  deps: RunnerDeps,
  operation: HeldBulkOperation,
  sourceId: string,
): Promise<Pick<BulkItem, 'result' | 'statusBefore' | 'reason' | 'message' | 'runId'>> => {
  try {
    const { changed, statusBefore, runId } = await actInBulk(deps, operation, sourceId)
    return { result: changed ? 'done' : 'unchanged', statusBefore: changed ? statusBefore : null, reason: null, message: null, runId }
  } catch (error) {
    const isRefusal = error instanceof Failure && statusOf(error.reason) < 500
    if (!isRefusal) deps.log.error({ err: error, sourceId, bulkOperation: operation.id }, 'a source of a bulk operation failed')
    const { reason, message } =
      error instanceof Failure ? error : { reason: 'INTERNAL', message: 'It failed unexpectedly; the log of the API says more.' }
    return { result: 'failed', statusBefore: null, reason, message, runId: null }
  }
}

interface Acted extends Pick<BulkItem, 'statusBefore'> {
  readonly changed: boolean
  readonly runId: string | null
}

type ActDeps = Pick<SourceDeps, 'database' | 'queues' | 'log'>

type Labels = Readonly<Record<string, string>>

const relabel =
  ({ set, remove }: LabelChange) =>
  (before: Labels): Labels => {
    const remaining = Object.entries(before).filter(([name]) => !remove.includes(name))
    // Validated as if they had been sent for this source alone: together with its own labels there may be too many.
    return parseWith(endpoints.updateSource.body, { labels: { ...Object.fromEntries(remaining), ...set } }).labels ?? {}
  }

/** Applies a bulk operation to one source. Throws NOT_FOUND, VALIDATION_FAILED and what `actOnSource` throws. */
const actInBulk = async (deps: ActDeps, { action, labels, actor }: HeldBulkOperation, sourceId: string): Promise<Acted> => {
  if (action !== 'label') return actAndSync(deps, { sourceId, action, actor })
  const change = { sourceId, expectedRevision: null, labels: relabel(labels ?? { set: {}, remove: [] }), actor }
  const changed = await updateSource(deps.database, change)
  if (changed === null) throw sourceNotFound()
  return { changed: changed.changed, statusBefore: null, runId: null }
}
