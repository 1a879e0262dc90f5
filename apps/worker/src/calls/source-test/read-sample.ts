import type { StreamSpec } from '@inlet/connector-sdk'
import { addCaveats, type CaveatTally, type RejectedRecord, type SourceRecord } from '@inlet/domain'
import type { PooledConnection } from '../../connections/connection-pool.js'
import { readFirstPages } from '../read-first-pages.js'

export interface RawSample {
  readonly spec: StreamSpec
  readonly records: readonly SourceRecord[]
  readonly rejected: readonly RejectedRecord[]
  /** As estimated by the connector; null when it gives no estimate. */
  readonly total: number | null
  /** What was guessed or left out while reading. */
  readonly caveats: CaveatTally
  /** Why reading ended early; what came before is kept. */
  readonly error?: unknown
}

/** Reads the first records of a stream. Never rejects. */
export const readSample = async (
  pooled: PooledConnection,
  spec: StreamSpec,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<RawSample> => {
  const records: SourceRecord[] = []
  const rejected: RejectedRecord[] = []
  let total: number | null = null
  let caveats: CaveatTally = {}
  try {
    for await (const page of readFirstPages(pooled, spec.name, signal)) {
      records.push(...page.records.slice(0, limit - records.length))
      rejected.push(...(page.rejected ?? []).slice(0, limit - rejected.length))
      total = page.progress?.total ?? total
      caveats = addCaveats(caveats, page.caveats ?? [])
      if (records.length >= limit || rejected.length >= limit) break
    }
    return { spec, records, rejected, total, caveats }
  } catch (error) {
    return { spec, records, rejected, total, caveats, error }
  }
}
