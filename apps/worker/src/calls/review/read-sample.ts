import { keyText, type SourceRecord } from '@inlet/domain'
import type { PooledConnection } from '../../connections/connection-pool.js'
import { readFirstPages } from '../read-first-pages.js'

/** Raw records of a source, and the streams that they cover completely. */
export interface RawRecords {
  readonly records: readonly SourceRecord[]
  readonly complete: ReadonlySet<string>
  /** All streams of the source, including those without records. */
  readonly streams: readonly string[]
}

/** Reads up to `perStream` records of each stream from the beginning; fewer when the signal aborts. Stores nothing. */
export const readSample = async (
  pooled: PooledConnection,
  { perStream, signal }: { readonly perStream: number; readonly signal: AbortSignal },
): Promise<RawRecords> => {
  const records: SourceRecord[] = []
  const complete = new Set<string>()
  const specs = await pooled.connector.streams(pooled.connection, signal)
  for (const { name } of specs) {
    const found = new Map<string, SourceRecord>()
    try {
      for await (const page of readFirstPages(pooled, name, signal)) {
        for (const record of page.records) if (record.op !== 'delete') found.set(keyText(record.key), record)
        if (found.size > perStream) break
      }
      if (found.size <= perStream) complete.add(name)
    } catch (error) {
      // What was read in time is still a sample.
      if (!signal.aborted || records.length + found.size === 0) throw error
    }
    records.push(...[...found.values()].slice(0, perStream))
    if (signal.aborted) break
  }
  return { records, complete, streams: specs.map(({ name }) => name) }
}
