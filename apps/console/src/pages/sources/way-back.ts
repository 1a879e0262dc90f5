import type { BulkAction, SourceDetail } from '@inlet/contract'

type Status = SourceDetail['status']

/** The action that follows another one, and whether it restores what was there before: only that is an undo. */
export interface WayBack {
  readonly action: 'start' | 'pause' | 'resume'
  readonly restores: boolean
}

const WAYS: Readonly<Partial<Record<string, Readonly<Partial<Record<Status, WayBack>>>>>> = {
  pause: { ACTIVE: { action: 'resume', restores: true } },
  resume: { PAUSED: { action: 'pause', restores: true } },
  // A start begins a run, also where none was under way.
  stop: { ACTIVE: { action: 'start', restores: false } },
}

/** How to go back after an action on a source that had this status; null where nothing leads there, e.g. to a source that waits for a repair. */
export const wayBack = (action: string, before: Status): WayBack | null => WAYS[action]?.[before] ?? null

export interface BulkWayBack extends WayBack {
  /** The only status that it leads back to. */
  readonly status: Status
  readonly count: number
  /** Changed sources that it leaves as they are. */
  readonly others: number
}

/** The same for a bulk operation, given how many of its sources had each status before. */
export const bulkWayBack = (action: BulkAction, statusesBefore: Readonly<Partial<Record<Status, number>>>): BulkWayBack | null => {
  const statuses = Object.entries(statusesBefore) as readonly (readonly [Status, number])[]
  const all = statuses.reduce((sum, [, count]) => sum + count, 0)
  for (const [status, count] of statuses) {
    const way = wayBack(action, status)
    if (way !== null) return { ...way, status, count, others: all - count }
  }
  return null
}
