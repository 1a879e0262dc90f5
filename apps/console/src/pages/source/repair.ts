import type { EndpointId, WhyView } from '@inlet/contract'

/** The act that repairs what `why` found, where one call does it; null where somebody must change something elsewhere. */
export interface Repair {
  readonly label: 'resume' | 'start' | 'run' | 'cancel' | 'restart' | 'massDelete' | 'settings' | 'quarantine' | 'versions' | 'workers'
  /** The operation of the API that it needs; null for a way to another page. */
  readonly operation: EndpointId | null
}

const REPAIRS: Readonly<Record<string, Repair>> = {
  PAUSED: { label: 'resume', operation: 'resumeSource' },
  STOPPED: { label: 'start', operation: 'startSource' },
  SUSPENDED: { label: 'resume', operation: 'resumeSource' },
  NO_SCHEDULE: { label: 'run', operation: 'runSource' },
  BACK_OFF: { label: 'run', operation: 'runSource' },
  SUSPECT_EMPTY: { label: 'run', operation: 'runSource' },
  CONTENT_DOUBTFUL: { label: 'run', operation: 'runSource' },
  MASS_DELETE_REFUSED: { label: 'massDelete', operation: 'runSource' },
  AUTH_FAILED: { label: 'settings', operation: null },
  SECRET_UNREADABLE: { label: 'settings', operation: null },
  OPEN_FAILED: { label: 'versions', operation: null },
  RUN_ACTIVE: { label: 'cancel', operation: 'cancelRun' },
  RUN_PARKED: { label: 'cancel', operation: 'cancelRun' },
  NO_WORKER: { label: 'workers', operation: null },
  WORKERS_BUSY: { label: 'workers', operation: null },
  CLOCK_SKEW: { label: 'workers', operation: null },
}

const SETTINGS: Repair = { label: 'settings', operation: null }

/** What is tried again by itself, and still wants its owner: another try now changes nothing, and the test beside the settings says what would. */
const asksOwner = ({ code, who }: WhyView['blocker']): boolean => who === 'owner' && (code === 'BACK_OFF' || code === 'RUN_PARKED')

/** Which fields of the settings its owner will want first: what was refused, or where everything begins. */
export const fieldsFor = ({ blocker: { reason } }: Pick<WhyView, 'blocker'>): 'secrets' | 'settings' =>
  reason !== null && ['AUTH_FAILED', 'SECRET_UNREADABLE', 'SIGNATURE_INVALID', 'LOGIN_NOT_SAFE'].includes(reason) ? 'secrets' : 'settings'

export const findRepair = ({ blocker, running }: Pick<WhyView, 'blocker' | 'running'>): Repair | null => {
  if (asksOwner(blocker)) return SETTINGS
  if (blocker.inQuarantine) return { label: 'quarantine', operation: null }
  return REPAIRS[blocker.code] ?? (running ? { label: 'cancel', operation: 'cancelRun' } : blocker.code === blocker.reason ? SETTINGS : null)
}
