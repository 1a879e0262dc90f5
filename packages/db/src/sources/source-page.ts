import type { SourceState } from '@inlet/domain'
import { type TextRow, textToDate, textToNumber } from '../sql-parts.js'
import { OWN_COLUMNS, QUARANTINED, type SourceRow } from './source-row.js'

// Each active run looks up its own source and lease by their keys: compared with sources there are few. A subquery for a single value cannot become a
// join, which would be planned for as many rows as the statistics suggest.
const ACTIVE = `runs a CROSS JOIN LATERAL (SELECT * FROM sources WHERE id = a.source_id LIMIT 1) s WHERE a.status <> 'ended'`
const LEASED = `((SELECT run_id FROM leases WHERE source_id = a.source_id AND expires_at > clock_timestamp()) = a.id) IS TRUE`

const NO_ACTIVE_RUN = `(SELECT r.id FROM runs r WHERE r.source_id = s.id AND r.status <> 'ended') IS NULL`

/**
 * The same table as `toSourceState` in the domain, as FROM clauses with a condition on their `s`, to which others may be added; a test compares both.
 * The conditions on the source alone, in states without a run, are literally those of the partial indexes (sources_in_error and so on).
 */
const SOURCES_IN_STATE: Readonly<Record<SourceState, string>> = {
  RUNNING: `${ACTIVE} AND a.status = 'running' AND ${LEASED}`,
  STARTING: `${ACTIVE} AND (a.status <> 'running' OR NOT ${LEASED})`,
  ERROR: `sources s WHERE (s.status = 'ERROR' OR (s.status NOT IN ('PAUSED', 'STOPPED') AND s.last_outcome = 'failed')) AND ${NO_ACTIVE_RUN}`,
  STOPPED: `sources s WHERE (s.status IN ('PAUSED', 'STOPPED') OR (s.status <> 'ERROR' AND s.last_outcome <> 'failed')) AND ${NO_ACTIVE_RUN}`,
  INIT: `sources s WHERE s.status NOT IN ('ERROR', 'PAUSED', 'STOPPED') AND s.last_outcome IS NULL AND ${NO_ACTIVE_RUN}`,
}

/** What a state implies about the active run of each source in it. */
const RUN_IN_STATE: Readonly<Record<SourceState, string>> = {
  RUNNING: 'a.status AS run_status, a.wake_at, NULL AS parked_reason, true AS lease_live',
  STARTING: "a.status AS run_status, a.wake_at, CASE WHEN a.status = 'parked' THEN a.parked_reason END AS parked_reason, false AS lease_live",
  ERROR: 'NULL AS run_status, NULL AS wake_at, NULL AS parked_reason, false AS lease_live',
  STOPPED: 'NULL AS run_status, NULL AS wake_at, NULL AS parked_reason, false AS lease_live',
  INIT: 'NULL AS run_status, NULL AS wake_at, NULL AS parked_reason, false AS lease_live',
}

const RUN_OF_EACH = {
  columns: `r.status AS run_status, r.wake_at, CASE WHEN r.status = 'parked' THEN r.parked_reason END AS parked_reason,
    coalesce(l.run_id = r.id AND l.expires_at > clock_timestamp(), false) AS lease_live`,
  tables: `LEFT JOIN LATERAL (SELECT id, status, wake_at, parked_reason FROM runs WHERE source_id = s.id AND status <> 'ended' LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT run_id, expires_at FROM leases WHERE source_id = s.id LIMIT 1) l ON true`,
}

/**
 * SQL for one page of sources, in a state or in any: the columns of `SOURCE_COLUMNS`, for `toSourceRow`. Conditions and order refer to `s`. The page
 * comes first, and each of its rows looks up the rest by an index: a join would be planned for as many rows as the statistics suggest.
 */
export const sourcePage = (
  state: SourceState | undefined,
  { where, orderBy, limit }: { readonly where: string; readonly orderBy: string; readonly limit: string },
): string => {
  const [page, run, tables] =
    state === undefined
      ? ['', RUN_OF_EACH.columns, RUN_OF_EACH.tables]
      : [`, ${RUN_IN_STATE[state]}`, 's.run_status, s.wake_at, s.parked_reason, s.lease_live', '']
  return `WITH page AS MATERIALIZED (
      SELECT ${OWN_COLUMNS}, s.version_id${page} FROM ${state === undefined ? 'sources s WHERE true' : SOURCES_IN_STATE[state]} AND ${where} ${orderBy} LIMIT ${limit})
    SELECT ${OWN_COLUMNS}, (SELECT number FROM source_versions WHERE id = s.version_id) AS version, clock_timestamp() AS now, ${run},
      (SELECT coalesce(json_agg(i.kind ORDER BY i.kind), '[]') FROM incidents i WHERE i.source_id = s.id AND i.closed_at IS NULL) AS incidents,
      ${QUARANTINED} AS quarantined
    FROM page s ${tables} ${orderBy}`
}

/** Converts a row of `sourcePage`, which is read as text. */
export const toSourceRow = (row: TextRow<SourceRow>): SourceRow => ({
  ...row,
  status: row.status as SourceRow['status'],
  labels: JSON.parse(row.labels),
  version: textToNumber(row.version),
  fresh_within_seconds: textToNumber(row.fresh_within_seconds),
  last_outcome: row.last_outcome as SourceRow['last_outcome'],
  last_success_at: textToDate(row.last_success_at),
  next_tick_at: textToDate(row.next_tick_at),
  restart_at: textToDate(row.restart_at),
  revision: Number(row.revision),
  created_at: textToDate(row.created_at),
  updated_at: textToDate(row.updated_at),
  now: textToDate(row.now),
  run_status: row.run_status as SourceRow['run_status'],
  wake_at: textToDate(row.wake_at),
  lease_live: row.lease_live === 't',
  incidents: JSON.parse(row.incidents),
  quarantined: Number(row.quarantined),
})
