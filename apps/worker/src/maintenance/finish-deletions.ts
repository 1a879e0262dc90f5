import { type Database, deleteSource, listSourcesToDelete } from '@inlet/db'
import type { Metrics } from '@inlet/observability'
import type { Chore } from './chores.js'
import { createSteps, type StepDeps } from './steps.js'

export interface DeletionDeps extends StepDeps {
  readonly database: Database
  readonly metrics: Pick<Metrics, 'countMaintenanceFailure' | 'forgetSource'>
}

const LISTED = 100
const AT_A_TIME = 3
/** Rows of a source that stay locked for longer are left to a later pass. */
const WAIT_MS = 2_000

/** Creates the chore that removes what deleted sources have left behind. A large or locked one delays the others but does not stop them. */
export const finishDeletions = (deps: DeletionDeps): Chore => ({
  name: 'deletions',
  everyMs: 0,
  isWanted: async () => (await listSourcesToDelete(deps.database, 1)).length > 0,
  work: async (signal) => {
    const remove = async (sourceId: string): Promise<void> => {
      if (!(await deleteSource(deps.database, sourceId, { signal, waitMs: WAIT_MS }))) return
      await deps.metrics.forgetSource(sourceId)
      deps.log.info({ sourceId }, 'source deleted')
    }
    await createSteps(deps).each('deletions', await listSourcesToDelete(deps.database, LISTED), remove, AT_A_TIME)
  },
})
