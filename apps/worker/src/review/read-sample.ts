import { UNDECLARED_END } from '@inlet/connector-sdk'
import { keyText, type SourceRecord } from '@inlet/domain'
import type { PooledConnection } from '../extraction/connection-pool.js'

/** Raw records of a source, and the streams of which they are all there are. */
export interface RawRecords {
  readonly records: readonly SourceRecord[]
  readonly complete: ReadonlySet<string>
  /** All streams of the source, those without a record too. */
  readonly streams: readonly string[]
}

/** Reads up to so many records of each stream from the beginning; less when the signal aborts. Nothing is stored. */
export const readSample = async (
  { connector, connection }: PooledConnection,
  options: { readonly perStream: number; readonly signal: AbortSignal },
): Promise<RawRecords> => {
  const { perStream, signal } = options
  const records: SourceRecord[] = []
  const complete = new Set<string>()
  const specs = await connector.streams(connection, signal)
  for (const spec of specs) {
    const found = new Map<string, SourceRecord>()
    const enough = new AbortController()
    const pages = connector.read(connection, { stream: spec.name, cursor: null, signal: AbortSignal.any([signal, enough.signal]) })
    try {
      while (found.size <= perStream) {
        const step = await pages.next()
        if (step.done === true) {
          complete.add(spec.name)
          break
        }
        for (const record of step.value.records) if (record.op !== 'delete') found.set(keyText(record.key), record)
      }
    } catch (error) {
      // What was read in time is a sample, too.
      if (!signal.aborted || records.length + found.size === 0) throw error
    } finally {
      enough.abort()
      await pages.return(UNDECLARED_END).catch(() => {})
    }
    if (found.size > perStream) complete.delete(spec.name)
    records.push(...[...found.values()].slice(0, perStream))
    if (signal.aborted) break
  }
  return { records, complete, streams: specs.map(({ name }) => name) }
}
