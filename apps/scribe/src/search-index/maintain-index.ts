import { type Database, indexPending, mergeSegments } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import { sleep } from '@inlet/runtime'

const EVERY_MS = 2_000

/**
 * Merges the segments of the search index as they come, and makes records of an earlier version searchable. Any number of
 * processes may do so; one at a time does. `stop` ends the work in hand.
 */
export const startIndexMaintenance = (database: Database, log: Logger): { stop(): Promise<void> } => {
  const stopping = new AbortController()
  const { signal } = stopping
  const pass = async (): Promise<void> => {
    const indexed = await indexPending(database, { signal })
    const merged = await mergeSegments(database, { signal })
    if (indexed > 0 || merged > 0) log.debug({ indexed, merged }, 'search index maintained')
  }
  const work = (async () => {
    while (!signal.aborted) {
      await pass().catch((error: unknown) => log.warn({ err: error }, 'the search index could not be maintained; it is tried again'))
      await sleep(EVERY_MS, signal).catch(() => {})
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await work
    },
  }
}
