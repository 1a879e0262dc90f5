import { type AccountedTicks, accountTicks, accountTicksTogether, type Database } from '@inlet/db'
import type { Metrics } from '@inlet/observability'
import type { JobData, Queues } from '@inlet/queue'
import { createGrouping } from '@inlet/runtime'

export interface TickDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'enqueueRuns'>
  readonly metrics: Pick<Metrics, 'countTick'>
}

const NOTHING: AccountedTicks = { runId: null, written: {} }
/** Sources in one transaction, and runs in one request to the queue. */
const MOST = 100

/**
 * Returns the handler of ticks, which accounts for what is due and, if the source is free, enqueues its run. Nothing is read here. Ticks that arrive
 * together are handled together, except those of locked sources: they wait alone.
 */
export const createTickProcessor = ({ database, queues, metrics }: TickDeps): ((tick: JobData<'tick'>) => Promise<void>) => {
  const accountIfFree = createGrouping({
    work: async (sourceIds: readonly string[]) => {
      const accounted = await accountTicksTogether(database, sourceIds, 'scheduler')
      // A source that is due twice in the group has one result.
      return sourceIds.map((id, at) => (accounted.has(id) && sourceIds.indexOf(id) < at ? NOTHING : accounted.get(id)))
    },
    most: MOST,
  })
  const enqueue = createGrouping({
    work: async (runs: readonly { readonly runId: string; readonly attempt: number }[]) => {
      await queues.enqueueRuns(runs)
      return runs
    },
    most: MOST,
  })
  return async ({ sourceId }) => {
    const { runId, written } = (await accountIfFree(sourceId)) ?? (await accountTicks(database, sourceId, 'scheduler'))
    for (const [outcome, count] of Object.entries(written)) for (let i = 0; i < count; i++) metrics.countTick(outcome)
    if (runId !== null) await enqueue({ runId, attempt: 0 })
  }
}
