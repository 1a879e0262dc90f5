import { accountTicks, type Database } from '@inlet/db'
import type { Metrics } from '@inlet/observability'
import type { JobData, Queues } from '@inlet/queue'

export interface TickDeps {
  readonly database: Database
  readonly queues: Pick<Queues, 'enqueueRuns'>
  readonly metrics: Pick<Metrics, 'countTick'>
}

/** A tick only accounts for what is due and, when the source is free, makes its run. */
export const processTick = async (deps: TickDeps, { sourceId }: JobData<'tick'>): Promise<void> => {
  const { runId, written } = await accountTicks(deps.database, sourceId, 'scheduler')
  for (const [outcome, count] of Object.entries(written)) for (let i = 0; i < count; i++) deps.metrics.countTick(outcome)
  if (runId !== null) await deps.queues.enqueueRuns([{ runId, attempt: 0 }])
}
