import { applyRetention, type Database, type Retention, removeOrphans } from '@inlet/db'
import type { Chore } from './chores.js'
import type { StepDeps } from './steps.js'

export interface RetentionDeps extends StepDeps {
  readonly database: Database
  readonly retention: Retention
}

const HOUR_MS = 3_600_000
const ORPHANS_EVERY_MS = 600_000

/** Creates the chore that removes what is past its retention. */
export const applyRetentionHourly = ({ database, retention, log }: RetentionDeps): Chore => ({
  name: 'retention',
  everyMs: HOUR_MS,
  work: async (signal) => log.info(await applyRetention(database, retention, { signal }), 'retention applied'),
})

/** Creates the chore that removes rows written for a source during its deletion by a process that did not notice it. */
export const removeOrphansOften = ({ database, log }: Omit<RetentionDeps, 'retention'>): Chore => ({
  name: 'orphans',
  everyMs: ORPHANS_EVERY_MS,
  work: async (signal) => {
    const orphans = await removeOrphans(database, { onChunk: async () => !signal.aborted })
    if (Object.keys(orphans).length > 0) log.warn(orphans, 'rows of sources that are gone were removed')
  },
})
