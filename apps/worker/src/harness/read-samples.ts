import { type StreamSpec, UNDECLARED_END } from '@inlet/connector-sdk'
import { addCaveats, type CaveatTally, type RejectedRecord, type SourceRecord } from '@inlet/domain'
import type { PooledConnection } from '../extraction/connection-pool.js'

export interface RawSample {
  readonly spec: StreamSpec
  readonly records: readonly SourceRecord[]
  readonly rejected: readonly RejectedRecord[]
  /** As the connector estimates it; null when it does not say. */
  readonly total: number | null
  /** What was guessed or left out on the way. */
  readonly caveats: CaveatTally
  /** Why reading ended early; what came before is kept. */
  readonly error?: unknown
}

/** Reads the first records of a stream from the beginning and lets go of it. Never rejects. */
export const readSample = async (
  { connector, connection }: PooledConnection,
  spec: StreamSpec,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<RawSample> => {
  const enough = new AbortController()
  const pages = connector.read(connection, { stream: spec.name, cursor: null, signal: AbortSignal.any([signal, enough.signal]) })
  const records: SourceRecord[] = []
  const rejected: RejectedRecord[] = []
  let total: number | null = null
  let caveats: CaveatTally = {}
  try {
    while (records.length < limit && rejected.length < limit) {
      const step = await pages.next()
      if (step.done === true) break
      records.push(...step.value.records.slice(0, limit - records.length))
      rejected.push(...(step.value.rejected ?? []).slice(0, limit - rejected.length))
      total = step.value.progress?.total ?? total
      caveats = addCaveats(caveats, step.value.caveats ?? [])
    }
    return { spec, records, rejected, total, caveats }
  } catch (error) {
    return { spec, records, rejected, total, caveats, error }
  } finally {
    enough.abort()
    await pages.return(UNDECLARED_END).catch(() => {})
  }
}
