import { accountTicks, type Database } from '@inlet/db'
import type { Metrics } from '@inlet/observability'
import type { JobData, Queues } from '@inlet/queue'

export interface TickDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'enqueueRuns'>
  readonly metrics: Pick<Metrics, 'countTick'>
}

/** Accounts for due ticks and, if the source is free, enqueues its run. Nothing is read here. */
export const processTick = async (deps: TickDeps, { sourceId }: JobData<'tick'>): Promise<void> => {
  const { runId, written } = await accountTicks(deps.database, sourceId, 'scheduler')
  for (const [outcome, count] of Object.entries(written)) for (let i = 0; i < count; i++) deps.metrics.countTick(outcome)
  if (runId !== null) await deps.queues.enqueueRuns([{ runId, attempt: 0 }])
}
