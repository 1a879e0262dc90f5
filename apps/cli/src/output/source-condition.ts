import type { SourceState, SourceStatus } from '@inlet/domain'

export interface SourceSituation {
  readonly status: SourceStatus
  readonly state: SourceState
  /** Why the status is ERROR, if known. */
  readonly statusReason?: string | null
  /** Why its run is parked. */
  readonly parkedReason?: string | null
}

/** Describes an active source by its state; STOPPED only means that no run is active. */
const ACTIVE: Readonly<Record<SourceState, string>> = {
  INIT: 'active, never run',
  STARTING: 'waiting to run',
  RUNNING: 'running',
  ERROR: 'active, last run failed',
  STOPPED: 'active, idle',
}

/** Describes what is wanted of a source and what is happening to it, in the few words of a table cell. */
export const toCondition = ({ status, state, statusReason, parkedReason }: SourceSituation): string => {
  const waits = parkedReason == null ? 'a run waits' : `a run waits: ${parkedReason}`
  if (status === 'ACTIVE') return parkedReason == null ? ACTIVE[state] : waits
  const wanted = status === 'ERROR' && statusReason != null ? `error ${statusReason}` : status.toLowerCase()
  if (state === 'RUNNING') return `${wanted}, still running`
  return state === 'STARTING' ? `${wanted}, ${waits}` : wanted
}
