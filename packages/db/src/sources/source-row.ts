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
  /** The number of the published version. */
  readonly version: number | null
  readonly freshWithinSeconds: number | null
  readonly lastRunId: string | null
  readonly lastOutcome: RunOutcome | null
  readonly lastSuccessAt: Date | null
  readonly nextRunAt: Date | null
  /** Why the status is ERROR. */
  readonly statusReason: string | null
  /** Why its active run is parked, such as `RATE_LIMITED`. */
  readonly parkedReason: string | null
  /** Kinds of its open incidents. */
  readonly incidents: readonly IncidentKind[]
  /** Its open records in quarantine. */
  readonly quarantined: number
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** When this was read, by the database's clock. */
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
  readonly status_reason: string | null
  readonly wake_at: Date | null
  readonly parked_reason: string | null
  readonly lease_live: boolean
  readonly incidents: readonly IncidentKind[]
  readonly quarantined: number
}

/** The columns of a source's own row. */
export const OWN_COLUMNS = `s.id, s.slug, s.name, s.name_key, s.connector, s.status, s.labels, s.cron, s.time_zone, s.fresh_within_seconds,
  s.last_run_id, s.last_outcome, s.last_success_at, s.next_tick_at, s.restart_at, s.status_reason, s.revision, s.created_at, s.updated_at`

const OPEN = `SELECT count(*) FROM quarantine q WHERE q.source_id = s.id AND q.state = 'open'`

/** SQL: the open records in quarantine of the source `s`. In two parts, each by an index that holds nothing but unresolved records. */
export const QUARANTINED = `((${OPEN} AND q.key_hash IS NOT NULL) + (${OPEN} AND q.key_hash IS NULL))::int`

// SQL: a source with its version, active run and lease in one statement; it is the most frequent request, and is filtered by a state that depends on
// all four.
export const SOURCE_COLUMNS = `${OWN_COLUMNS}, v.number AS version, clock_timestamp() AS now,
  r.status AS run_status, r.wake_at, CASE WHEN r.status = 'parked' THEN r.parked_reason END AS parked_reason, coalesce(l.run_id = r.id AND l.expires_at > clock_timestamp(), false) AS lease_live,
  ARRAY (SELECT i.kind FROM incidents i WHERE i.source_id = s.id AND i.closed_at IS NULL ORDER BY i.kind) AS incidents, ${QUARANTINED} AS quarantined`

/** The tables that `SOURCE_COLUMNS` needs: sources with their version, active run and lease. */
export const SOURCE_TABLES = `sources s LEFT JOIN runs r ON r.source_id = s.id AND r.status <> 'ended'
  LEFT JOIN leases l ON l.source_id = s.id LEFT JOIN source_versions v ON v.id = s.version_id`

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
  statusReason: row.status_reason,
  parkedReason: row.parked_reason,
  incidents: row.incidents,
  quarantined: row.quarantined,
  revision: row.revision,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  now: row.now,
})

/**
 * Returns the earliest moment at which it will run; a paused or stopped source starts nothing by itself, and neither does the schedule of one in
 * ERROR.
 */
export const nextRunAt = (row: Pick<SourceRow, 'wake_at' | 'restart_at' | 'next_tick_at' | 'status'>): Date | null => {
  const moments = [row.wake_at, ...(allowsRuns(row.status) ? [row.restart_at] : []), ...(row.status === 'ACTIVE' ? [row.next_tick_at] : [])]
  return moments.filter((moment) => moment !== null).sort((a, b) => a.getTime() - b.getTime())[0] ?? null
}
