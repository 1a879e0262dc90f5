import { type Database, listSourceLags } from '@inlet/db'
import type { Metrics } from '@inlet/observability'
import { QUEUES, type Queues } from '@inlet/queue'

/** Values of the whole installation, read when somebody scrapes: queues and the age of sources. */
export const refreshMetrics = (deps: { readonly metrics: Metrics; readonly database: Database; readonly queues: Queues }): void => {
  const { metrics, database, queues } = deps
  metrics.beforeScrape('queues', async () => {
    for (const [queue, counts] of Object.entries(await queues.counts())) metrics.setQueueDepth(queue, counts)
    for (const queue of Object.values(QUEUES)) metrics.setQueueOldestAge(queue, (await queues.oldestAgeSeconds(queue)) * 1_000)
  })
  metrics.beforeScrape('source_lag', async () => metrics.replaceSourceLags(await listSourceLags(database)))
}
