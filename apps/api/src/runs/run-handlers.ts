import { cancelRunHandler } from './cancel-run.js'
import { getRunHandler } from './get-run.js'
import { listRunsHandler, type RunDeps } from './list-runs.js'

export const createRunHandlers = (deps: RunDeps) => ({
  listRuns: listRunsHandler(deps),
  getRun: getRunHandler(deps),
  cancelRun: cancelRunHandler(deps),
})
