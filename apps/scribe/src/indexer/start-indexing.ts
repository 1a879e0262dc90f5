import { type Database, hasPendingIndex, indexPending, mergeSegments, retryGivenUp, untilAnswered } from '@inlet/db'
import type { Logger } from '@inlet/observability'
import { withLifecycle } from '@inlet/runtime'
import { type IndexLoop, startIndexLoop } from './index-loop.js'

/** Indexes in this process, and merges segments concurrently. The caller stops the loop. */
export const startIndexing = async (database: Database, log: Logger, signal: AbortSignal): Promise<IndexLoop> => {
  const indexing = await withLifecycle(async (lifecycle) => {
    await untilAnswered(() => retryGivenUp(database.pool), signal)
    const onProblem = (error: unknown): void =>
      log.error({ err: error }, 'a record cannot be indexed for search; it is set aside and tried again later')
    let merging: Promise<unknown> | null = null
    const stopping = new AbortController()
    const merge = (): void => {
      merging ??= mergeSegments(database, { signal: stopping.signal })
        .then((merged) => merged > 0 && log.debug({ merged }, 'segments of the search index merged'))
        .catch((error: unknown) => log.warn({ err: error }, 'segments of the search index could not be merged; it will be retried'))
        .finally(() => {
          merging = null
        })
    }
    lifecycle.defer('merging', async () => {
      stopping.abort()
      await merging
    })
    const unreturned = new Set<string>()
    const loop = startIndexLoop({
      index: (signal) => indexPending(database, { signal, unreturned, onProblem, onPortion: merge }),
      waits: () => hasPendingIndex(database),
      log,
    })
    lifecycle.defer('indexing', () => loop.stop())
    merge()
    return { loop }
  })
  return {
    wake: () => indexing.loop.wake(),
    async stop() {
      await indexing.close()
    },
  }
}
