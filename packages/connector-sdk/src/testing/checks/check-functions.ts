import type { CheckName } from '../check-names.js'
import { checkCanary } from './check-canary.js'
import { checkCancel } from './check-cancel.js'
import { checkCheck } from './check-check.js'
import { checkCrash } from './check-crash.js'
import { checkDrift } from './check-drift.js'
import { checkEgress } from './check-egress.js'
import { checkFullRead } from './check-full-read.js'
import { checkFutureCursor } from './check-future-cursor.js'
import { checkHostile } from './check-hostile.js'
import { checkIdentity } from './check-identity.js'
import { checkIncremental } from './check-incremental.js'
import { checkLarge } from './check-large.js'
import { checkRateLimit } from './check-rate-limit.js'
import { checkResume } from './check-resume.js'
import { checkSchema } from './check-schema.js'
import { checkWriters } from './check-writers.js'
import type { Check } from './subject.js'

export const CHECK_FUNCTIONS: Readonly<Record<CheckName, Check>> = {
  schema: checkSchema,
  check: checkCheck,
  'full-read': checkFullRead,
  incremental: checkIncremental,
  resume: checkResume,
  'future-cursor': checkFutureCursor,
  crash: checkCrash,
  hostile: checkHostile,
  drift: checkDrift,
  writers: checkWriters,
  cancel: checkCancel,
  canary: checkCanary,
  egress: checkEgress,
  large: checkLarge,
  'rate-limit': checkRateLimit,
  identity: checkIdentity,
}
