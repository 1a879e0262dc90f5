import {
  allowsRuns,
  type IncidentKind,
  type RunOutcome,
  type RunStatus,
  type Schedule,
  type SourceState,
  type SourceStatus,
  toSourceState,
} from '@inlet/domain'

/** A source as lists show it. */
export interface SourceOverview {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly nameKey: string
  readonly connector: string
  readonly status: SourceStatus
  readonly state: SourceState
  readonly labels: Readonly<Record<string, string>>
  readonly schedule: Schedule | null
  /** Number of the published version. */
  readonly version: number | null
  readonly freshWithinSeconds: number | null
  readonly lastRunId: string | null
  readonly lastOutcome: RunOutcome | null
  readonly lastSuccessAt: Date | null
  readonly nextRunAt: Date | null
  /** Kinds of its open incidents. */
  readonly incidents: readonly IncidentKind[]
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Database time of the reading. */
  readonly now: Date
}

export interface SourceRow {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly name_key: string
  readonly connector: string
  readonly status: SourceStatus
  readonly labels: Readonly<Record<string, string>>
  readonly cron: string | null
  readonly time_zone: string
  readonly version: number | null
  readonly fresh_within_seconds: number | null
  readonly last_run_id: string | null
  readonly last_outcome: RunOutcome | null
  readonly last_success_at: Date | null
  readonly next_tick_at: Date | null
  readonly restart_at: Date | null
  readonly revision: number
  readonly created_at: Date
  readonly updated_at: Date
  readonly now: Date
  readonly run_status: RunStatus | null
  readonly wake_at: Date | null
  readonly lease_live: boolean
  readonly incidents: readonly IncidentKind[]
}

const OWN_COLUMNS = `s.id, s.slug, s.name, s.name_key, s.connector, s.status, s.labels, s.cron, s.time_zone, s.fresh_within_seconds,
  s.last_run_id, s.last_outcome, s.last_success_at, s.next_tick_at, s.restart_at, s.revision, s.created_at, s.updated_at`

// SQL: a source with its version, active run and lease is one statement; it is what everybody asks for, and filtered by a state that all four decide.
export const SOURCE_COLUMNS = `${OWN_COLUMNS}, v.number AS version, clock_timestamp() AS now,
  r.status AS run_status, r.wake_at, coalesce(l.run_id = r.id AND l.expires_at > clock_timestamp(), false) AS lease_live,
  ARRAY (SELECT i.kind FROM incidents i WHERE i.source_id = s.id AND i.closed_at IS NULL ORDER BY i.kind) AS incidents`

/** What `SOURCE_COLUMNS` needs: sources with their version, active run and lease. */
export const SOURCE_TABLES = `sources s LEFT JOIN runs r ON r.source_id = s.id AND r.status <> 'ended'
  LEFT JOIN leases l ON l.source_id = s.id LEFT JOIN source_versions v ON v.id = s.version_id`

/** What a page of sources holds of each, before `PAGE_DETAILS`. */
export const PAGE_COLUMNS = `${OWN_COLUMNS}, s.version_id`

/**
 * The same columns as `SOURCE_COLUMNS` for the rows of `page s`. Each row finds what belongs to it by an index: a join would be planned for as many rows as the statistics
 * promise.
 */
export const PAGE_DETAILS = `SELECT ${OWN_COLUMNS}, (SELECT number FROM source_versions WHERE id = s.version_id) AS version, clock_timestamp() AS now,
    r.status AS run_status, r.wake_at, coalesce(l.run_id = r.id AND l.expires_at > clock_timestamp(), false) AS lease_live,
    ARRAY (SELECT i.kind FROM incidents i WHERE i.source_id = s.id AND i.closed_at IS NULL ORDER BY i.kind) AS incidents
  FROM page s
  LEFT JOIN LATERAL (SELECT id, status, wake_at FROM runs WHERE source_id = s.id AND status <> 'ended' LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT run_id, expires_at FROM leases WHERE source_id = s.id LIMIT 1) l ON true`

// Each active run finds its own lease and source: there are few of them beside the sources.
const sourcesWithRun = (condition: string): string =>
  `runs a LEFT JOIN LATERAL (SELECT run_id, expires_at FROM leases WHERE source_id = a.source_id LIMIT 1) held ON true
  CROSS JOIN LATERAL (SELECT * FROM sources WHERE id = a.source_id LIMIT 1) s WHERE a.status <> 'ended' AND ${condition}`
const IS_HELD = `coalesce(a.status = 'running' AND held.run_id = a.id AND held.expires_at > clock_timestamp(), false)`

const NO_ACTIVE_RUN = `(SELECT r.id FROM runs r WHERE r.source_id = s.id AND r.status <> 'ended') IS NULL`

/**
 * The same table as `toSourceState` in the domain, as tables with the condition on their `s`, to which others may be added; a test compares both. What the states
 * without a run say of the source alone is, word by word, what a partial index of each holds (sources_in_error and so on).
 */
export const SOURCES_IN_STATE: Readonly<Record<SourceState, string>> = {
  RUNNING: sourcesWithRun(IS_HELD),
  STARTING: sourcesWithRun(`NOT ${IS_HELD}`),
  ERROR: `sources s WHERE (s.status = 'ERROR' OR (s.status NOT IN ('PAUSED', 'STOPPED') AND s.last_outcome = 'failed')) AND ${NO_ACTIVE_RUN}`,
  STOPPED: `sources s WHERE (s.status IN ('PAUSED', 'STOPPED') OR (s.status <> 'ERROR' AND s.last_outcome <> 'failed')) AND ${NO_ACTIVE_RUN}`,
  INIT: `sources s WHERE s.status NOT IN ('ERROR', 'PAUSED', 'STOPPED') AND s.last_outcome IS NULL AND ${NO_ACTIVE_RUN}`,
}

type Moment = 'last_success_at' | 'next_tick_at' | 'restart_at' | 'created_at' | 'updated_at' | 'now' | 'wake_at'
/** A row as JSON gives it: moments are text. */
export type SourceJson = Omit<SourceRow, Moment> & { readonly [M in Moment]: null extends SourceRow[M] ? string | null : string }

const toDate = (text: string | null): Date | null => (text === null ? null : new Date(text))

export const fromJson = (row: SourceJson): SourceRow => ({
  ...row,
  last_success_at: toDate(row.last_success_at),
  next_tick_at: toDate(row.next_tick_at),
  restart_at: toDate(row.restart_at),
  wake_at: toDate(row.wake_at),
  created_at: new Date(row.created_at),
  updated_at: new Date(row.updated_at),
  now: new Date(row.now),
})

export const toOverview = (row: SourceRow): SourceOverview => ({
  id: row.id,
  slug: row.slug,
  name: row.name,
  nameKey: row.name_key,
  connector: row.connector,
  status: row.status,
  state: toSourceState({ status: row.status, activeRun: row.run_status, leaseLive: row.lease_live, lastOutcome: row.last_outcome }),
  labels: row.labels,
  schedule: row.cron === null ? null : { cron: row.cron, timeZone: row.time_zone },
  version: row.version,
  freshWithinSeconds: row.fresh_within_seconds,
  lastRunId: row.last_run_id,
  lastOutcome: row.last_outcome,
  lastSuccessAt: row.last_success_at,
  nextRunAt: nextRunAt(row),
  incidents: row.incidents,
  revision: row.revision,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  now: row.now,
})

/** The earliest of what will make it run; a paused or stopped source does nothing by itself, and the schedule of one in ERROR begins nothing. */
const nextRunAt = (row: SourceRow): Date | null => {
  const moments = [row.wake_at, ...(allowsRuns(row.status) ? [row.restart_at] : []), ...(row.status === 'ACTIVE' ? [row.next_tick_at] : [])]
  return moments.filter((moment) => moment !== null).sort((a, b) => a.getTime() - b.getTime())[0] ?? null
}
