import { type Failure, isReason, REASONS, type Reason } from '@inlet/domain'

/** What must hold for a source to be readable, in the order in which failures appear. */
export const STEPS = ['config', 'address', 'dns', 'reach', 'tls', 'auth', 'permission', 'content', 'mapping', 'records', 'speed'] as const
export type StepName = (typeof STEPS)[number]

export interface Step {
  readonly name: StepName
  /** `warning`: it works, but deserves a look. */
  readonly status: 'passed' | 'warning' | 'failed' | 'skipped'
  readonly code: Reason | null
  readonly message: string | null
  readonly next: string | null
}

export interface Facts {
  /** What ended the test early; null when it completed. */
  readonly failure: Failure | null
  /** Whether the settings name an address, whether by a host name, and whether it is encrypted. */
  readonly networked: boolean
  readonly named: boolean
  readonly encrypted: boolean
  /** Whether the connector was given secrets. */
  readonly hasSecrets: boolean
  /** Whether records are only pushed to it: then there is nothing to reach, and nobody who accepts credentials. */
  readonly pushed: boolean
  /** Whether the connector's own check passed, which shows that credentials, if any, and permissions are right. */
  readonly checked: boolean
  /** Only the mapping was tested, on given records. */
  readonly withoutConnector: boolean
  readonly mapped: boolean
  /** The first record that the mapping rejects, and the first that cannot be used for another reason. */
  readonly unmapped: Rejection | null
  readonly unusable: Rejection | null
  readonly records: number
  readonly durationMs: number
}

interface Rejection {
  readonly reason: string
  readonly message: string
}

const SLOW_MS = 5_000

const OF_REASON: Readonly<Partial<Record<Reason, StepName>>> = {
  EGRESS_BLOCKED: 'address',
  URL_BLOCKED_ADDRESS: 'address',
  URL_CREDENTIALS_NOT_ALLOWED: 'address',
  URL_SCHEME_NOT_ALLOWED: 'address',
  URL_PORT_NOT_ALLOWED: 'address',
  PATH_NOT_ALLOWED: 'address',
  PATH_ESCAPE: 'address',
  GIT_URL_NOT_ALLOWED: 'address',
  DNS_FAILED: 'dns',
  UNREACHABLE: 'reach',
  CONNECTION_LOST: 'reach',
  TIMEOUT: 'speed',
  TLS_FAILED: 'tls',
  AUTH_FAILED: 'auth',
  SECRET_UNREADABLE: 'auth',
  SECRET_TARGET_REFUSED: 'auth',
  PERMISSION_DENIED: 'permission',
  ROLE_TOO_POWERFUL: 'permission',
  NOT_FOUND_UPSTREAM: 'content',
  SCHEMA_CHANGED: 'content',
  SQL_COLUMN_UNUSABLE: 'content',
  SQL_TIMEOUT: 'speed',
  MAPPING_UNSOUND: 'mapping',
  MAPPING_SYNTAX: 'mapping',
  QUARANTINE_BUDGET: 'mapping',
}

/** Returns the step that a failure belongs to. */
export const stepOf = ({ reason, code }: Pick<Failure, 'reason' | 'code'>, checked: boolean): StepName =>
  (reason === 'TIMEOUT' && !checked ? 'reach' : undefined) ??
  OF_REASON[reason] ??
  (code === 'config_invalid' ? 'config' : code === 'auth_failed' ? 'auth' : code === 'permission_denied' ? 'permission' : 'content')

/** Shows how far a test came: the steps before its failure passed, those after it were not tried. Pure. */
export const toSteps = (facts: Facts): readonly Step[] => {
  const failedAt = facts.failure === null ? STEPS.length : STEPS.indexOf(stepOf(facts.failure, facts.checked))
  return STEPS.map((name, at) => {
    if (at === failedAt && facts.failure !== null) return withReason(name, 'failed', facts.failure)
    const skipped = at > failedAt || isSkipped(name, facts) || isUnproven(name, facts, failedAt)
    if (skipped) return { name, status: 'skipped', code: null, message: null, next: null }
    return classify(name, facts) ?? { name, status: 'passed', code: null, message: null, next: null }
  })
}

const isSkipped = (name: StepName, facts: Facts): boolean => {
  if (name === 'mapping') return !facts.mapped
  if (facts.withoutConnector) return true
  if (name === 'tls') return !facts.networked || !facts.encrypted
  if (name === 'dns') return !facts.networked || !facts.named
  if (name === 'address' || name === 'reach') return !facts.networked
  if (name === 'auth') return facts.pushed || !facts.hasSecrets
  return facts.pushed && (name === 'permission' || name === 'content')
}

/** When a test fails before the check passed, nothing is known about credentials, except that a missing permission proves them right. */
const isUnproven = (name: StepName, { checked, withoutConnector }: Facts, failedAt: number): boolean =>
  !checked && !withoutConnector && (name === 'permission' || (name === 'auth' && STEPS[failedAt] !== 'permission'))

const classify = (name: StepName, { unmapped, unusable, records, durationMs }: Facts): Step | null => {
  if (name === 'mapping' && unmapped !== null) return withReason(name, 'failed', unmapped)
  if (name === 'records' && unusable !== null) return withReason(name, 'warning', unusable)
  if (name === 'records' && records === 0) return withReason(name, 'warning', { reason: 'SOURCE_EMPTY', message: 'the source has no records' })
  if (name === 'speed' && durationMs > SLOW_MS)
    return withReason(name, 'warning', { reason: 'SOURCE_SLOW', message: `the first records took ${Math.round(durationMs / 100) / 10} s` })
  return null
}

const withReason = (
  name: StepName,
  status: Step['status'],
  why: { readonly reason: string; readonly message: string; readonly next?: string },
): Step => {
  const code = isReason(why.reason) ? why.reason : 'INTERNAL'
  return { name, status, code, message: why.message, next: why.next ?? REASONS[code].next }
}
