import { dropQuarantineHandler } from './drop-quarantine.js'
import { dropQuarantinedHandler } from './drop-quarantined.js'
import { getQuarantinedHandler } from './get-quarantined.js'
import { listQuarantineHandler } from './list-quarantine.js'
import type { QuarantineDeps } from './quarantine-deps.js'
import { retryQuarantineHandler } from './retry-quarantine.js'
import { retryQuarantinedHandler } from './retry-quarantined.js'

export const createQuarantineHandlers = (deps: QuarantineDeps) => ({
  listQuarantine: listQuarantineHandler(deps),
  getQuarantined: getQuarantinedHandler(deps),
  retryQuarantined: retryQuarantinedHandler(deps),
  dropQuarantined: dropQuarantinedHandler(deps),
  retryQuarantine: retryQuarantineHandler(deps),
  dropQuarantine: dropQuarantineHandler(deps),
})
