import type { TestResult } from '@inlet/contract'
import { Failure, type Reason } from '@inlet/domain'

type Step = TestResult['steps'][number]

const STEPS: readonly Step['name'][] = ['config', 'address', 'dns', 'reach', 'tls', 'auth', 'permission', 'content', 'mapping', 'records', 'speed']
const IS_ADDRESS = /^(URL_|EGRESS_|GIT_URL_|PATH_)/

/**
 * The result of a test whose settings cannot work in form, as a worker would give it. They are not handed on: what somebody has
 * put in the wrong place, e.g. a password among the settings, is stored nowhere. Throws what is no failure of the settings.
 */
export const refuseForm = (thrown: unknown): TestResult => {
  if (!(thrown instanceof Failure)) throw thrown
  const { reason, message, next, field } = thrown
  const failedAt = stepOf(reason)
  const steps = STEPS.map((name, at): Step => {
    if (at === failedAt) return { name, status: 'failed', code: reason, message, next }
    return { name, status: at < failedAt ? 'passed' : 'skipped', code: null, message: null, next: null }
  })
  const nothing = { capabilities: null, records: [], rejected: [], warnings: [], logs: [], truncated: false }
  const metrics = { requests: 0, records: 0, recordBytes: 0, durationMs: 0 }
  return { ok: false, failure: { reason, message, next, ...(field === undefined ? {} : { field }) }, steps, ...nothing, metrics }
}

const stepOf = (reason: Reason): number => STEPS.indexOf(IS_ADDRESS.test(reason) ? 'address' : 'config')
