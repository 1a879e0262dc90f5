import { parseJsonLossless } from '@inlet/connector-sdk'
import { countRetries, finishLeasedRun, type LeasedRun, listRetries, listStreamNames, type Retry } from '@inlet/db'
import { Failure, MAX_BATCH_BYTES, type SourceRecord } from '@inlet/domain'
import { findStreamMapping, type Mapping, type MappingPool } from '@inlet/mapping'
import { type MappedRetry, packRetries } from '../writing/pack-retries.js'
import { createRunWriter } from '../writing/run-writer.js'
import { startLeaseRenewal } from './lease-renewal.js'
import { leaveRun, type StopWith } from './leave-run.js'
import { type RunResult, toEnded } from './run-result.js'
import type { RunDeps } from './run-source.js'

const PAGE = 500

/**
 * Executes a run with the trigger `quarantine`: instead of the source it reads the records waiting for a retry, maps them by the live version and
 * forwards them like any others. It needs no connection and moves no cursor. If killed, it starts again with what is not yet resolved.
 */
export const retryQuarantine = async (deps: RunDeps, run: LeasedRun, drain: AbortSignal): Promise<RunResult> => {
  const writer = createRunWriter(deps, run)
  let recordsRead = 0
  const total = run.recordsRead + (await countRetries(deps.database, run.sourceId))
  const state = () => ({ recordsRead: run.recordsRead + recordsRead, progress: { retries: { total, done: run.recordsRead + recordsRead } } })
  const lease = startLeaseRenewal(deps, run, () => ({
    ...state(),
    forwardedBatches: writer.forwardedBatches,
    forwardedBytes: writer.forwardedBytes,
  }))
  const signal = AbortSignal.any([lease.signal, drain])
  const stopWith: StopWith = (end) => finishLeasedRun(deps.database, { runId: run.runId, epoch: run.epoch, ...state(), ...end })
  try {
    // A cast: mappings are validated when they are saved.
    const mapping = run.version.mapping as Mapping | null
    const streams = new Set(await listStreamNames(deps.database, run.sourceId))
    for (let afterId = '0'; ; ) {
      const page = await listRetries(deps.database, { sourceId: run.sourceId, afterId, limit: PAGE, maxBytes: MAX_BATCH_BYTES })
      const last = page.at(-1)
      if (last === undefined) break
      const mapped = await mapRetries({ mappings: deps.mappings, mapping, streams }, page, signal)
      for (const batch of packRetries(mapped)) await writer.send({ ...batch, retries: true }, signal)
      recordsRead += page.length
      afterId = last.id
    }
    await writer.drained(signal)
    return toEnded(await stopWith({ streams: [], provedUnchanged: true }))
  } catch (thrown) {
    return await leaveRun({ deps, run, writer, drain, leaseSignal: lease.signal, thrown, stopWith })
  } finally {
    writer.close()
    await lease.stop()
  }
}

/** Maps quarantined records by the version, in order. `streams`: those the source has. */
export const mapRetries = async (
  deps: { readonly mappings: Pick<MappingPool, 'map'>; readonly mapping: Mapping | null; readonly streams: ReadonlySet<string> },
  retries: readonly Retry[],
  signal: AbortSignal,
): Promise<readonly MappedRetry[]> => {
  const results = new Map<Retry, MappedRetry>()
  for (const stream of new Set(retries.map((retry) => retry.stream))) {
    const own = retries.filter((retry) => retry.stream === stream)
    if (!deps.streams.has(stream)) {
      const rejected = { stream, reason: 'RECORD_INVALID', message: `the source has no stream "${stream}" any more` }
      for (const retry of own) results.set(retry, { retry, records: [], rejected })
      continue
    }
    const records = own.map((retry) => parseJsonLossless(retry.record) as SourceRecord)
    const rule = findStreamMapping(deps.mapping, stream)
    const mapped =
      rule === undefined ? records.map((record) => ({ records: [record], rejected: null })) : await deps.mappings.map(rule, records, signal)
    for (const [n, retry] of own.entries()) {
      const record = records[n]
      const result = mapped[n]
      if (record === undefined || result === undefined) throw new Failure('INTERNAL', 'a record to retry was not mapped')
      const leftOut = result.records.length === 0 && result.rejected === null && rule?.keys !== 'set'
      // Dropped now, but it may have been stored before it changed.
      results.set(retry, { retry, rejected: result.rejected, records: leftOut ? [{ ...record, op: 'delete' }] : result.records })
    }
  }
  return retries.flatMap((retry) => results.get(retry) ?? [])
}
