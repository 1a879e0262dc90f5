import { parseJsonLossless } from '@inlet/connector-sdk'
import type { Retry } from '@inlet/db'
import { Failure, type RejectedRecord, type SourceRecord } from '@inlet/domain'
import { findStreamMapping, type Mapping, type MappingPool } from '@inlet/mapping'

/** What a retried record is now: records to store (none: the mapping leaves it out), or why it fails again. */
export interface MappedRetry {
  readonly retry: Retry
  readonly records: readonly SourceRecord[]
  readonly rejected: RejectedRecord | null
}

/** Maps quarantined records as the version says, in their order. `streams`: those the source has. */
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
