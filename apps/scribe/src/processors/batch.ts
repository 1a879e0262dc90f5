import { type ApplyResult, applyBatch, type Database, isRetryable } from '@inlet/db'
import { type BatchEnvelope, fullJitter } from '@inlet/domain'
import type { Logger, Metrics } from '@inlet/observability'
import { type BatchContext, discardPayload, type JobData, unpackBatch } from '@inlet/queue'
import { sleep } from '@inlet/runtime'
import type { NewKeys } from './new-keys.js'

export interface BatchDeps {
  readonly database: Database
  readonly metrics: Pick<Metrics, 'countBatch' | 'countRecords' | 'countBytes' | 'setLastEventDelay'>
  readonly newKeys: NewKeys
  /** Called when records were stored. */
  readonly onStored: () => void
  readonly log: Logger
}

const RETRIES = 8

/** Stores one batch; deadlocks and serialization failures are retried at once, anything else by the queue. */
export const processBatch = async (deps: BatchDeps, job: JobData<'batch'>, { signal, payloads }: BatchContext): Promise<void> => {
  const batch = await unpackBatch(job, payloads)
  if (batch === null) {
    deps.metrics.countBatch('left_out', 0)
    deps.log.info({ runId: job.runId, seq: job.seq, epoch: job.epoch }, 'batch left out: it was stored by another job, or will be sent again')
    return
  }
  await storeBatch(deps, batch, signal)
  discardPayload(job, payloads)
}

const storeBatch = async (deps: BatchDeps, batch: BatchEnvelope, signal: AbortSignal): Promise<void> => {
  const startedAt = performance.now()
  const result = await applyWithRetry(deps, batch, signal)
  deps.metrics.countBatch(result.result, performance.now() - startedAt)
  if (result.result === 'mismatch')
    deps.log.error({ runId: batch.runId, seq: batch.seq, epoch: batch.epoch }, 'two different batches claim the same place in a run')
  if (result.result === 'fenced') deps.log.info({ runId: batch.runId, seq: batch.seq, epoch: batch.epoch }, 'batch of a superseded worker refused')
  if (result.result !== 'applied') return
  deps.newKeys.learn(batch, result.counts)
  if (result.counts.inserted + result.counts.updated > 0) deps.onStored()
  const source = { source: batch.sourceId, connector: result.connector }
  const { inserted, updated, unchanged, deleted, quarantined } = result.counts
  deps.metrics.countRecords(source, { inserted, updated, unchanged, deleted, quarantined })
  deps.metrics.countBytes(source, batch.bytes)
  deps.metrics.setLastEventDelay(source, Math.max(0, Date.now() - batch.forwardedAt))
}

const applyWithRetry = async (deps: BatchDeps, batch: BatchEnvelope, signal: AbortSignal): Promise<ApplyResult> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await applyBatch(deps.database, batch, { expectsNew: attempt === 0 && deps.newKeys.expectedIn(batch) })
    } catch (error) {
      if (isRetryable(error) && attempt < RETRIES) await sleep(fullJitter({ baseMs: 10, capMs: 1_000, attempt, random: Math.random() }), signal)
      else {
        deps.metrics.countBatch('failed', 0)
        throw error
      }
    }
  }
}
