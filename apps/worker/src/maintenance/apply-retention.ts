import { applyRetention, type Database, type Retention, removeOrphans } from '@inlet/db'
import type { Chore } from './chores.js'
import { createSteps, type StepDeps } from './steps.js'

export interface RetentionDeps extends StepDeps {
  readonly database: Database
  readonly retention: Retention
}

const HOUR_MS = 3_600_000

/** Removes what is past its retention, and what sources that are gone have left. */
export const applyRetentionHourly = (deps: RetentionDeps): Chore => ({
  name: 'retention',
  everyMs: HOUR_MS,
  work: async (signal) => {
    const { database, retention, log } = deps
    const steps = createSteps(deps)
    const goOn = async (): Promise<boolean> => !signal.aborted
    await steps.run('retention', async () => log.info(await applyRetention(database, retention, { signal }), 'retention applied'), undefined)
    const orphans = await steps.run('orphans', () => removeOrphans(database, { onChunk: goOn }), {})
    if (Object.keys(orphans).length > 0) log.warn(orphans, 'rows of sources that are gone were removed')
  },
})
