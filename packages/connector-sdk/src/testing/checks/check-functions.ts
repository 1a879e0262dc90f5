import type { CheckName } from '../check-names.js'
import type { Check } from './subject.js'

const pending: Check = () => Promise.reject(new Error('not written yet'))

export const CHECK_FUNCTIONS: Readonly<Record<CheckName, Check>> = {
  schema: pending,
  check: pending,
  'full-read': pending,
  incremental: pending,
  resume: pending,
  'future-cursor': pending,
  crash: pending,
  hostile: pending,
  drift: pending,
  writers: pending,
  cancel: pending,
  canary: pending,
  egress: pending,
  large: pending,
  'rate-limit': pending,
  identity: pending,
}
