import type { RunStatus, RunTrigger } from '@inlet/domain'
import type { Database } from '../database.js'
import { SOURCE_COLUMNS, SOURCE_TABLES, type SourceOverview, type SourceRow, toOverview } from './source-row.js'

export interface SourceDetails extends SourceOverview {
  readonly config: Readonly<Record<string, unknown>>
  /** Names of the secrets that are set, never their values. */
  readonly secretFields: readonly string[]
  readonly secretsUpdatedAt: Date | null
  readonly statusReason: string | null
  readonly statusMessage: string | null
  readonly consecutiveFailures: number
  readonly restartAt: Date | null
  readonly lastError: { readonly reason: string; readonly message: string; readonly at: Date } | null
  readonly streams: readonly StreamOverview[]
  readonly activeRun: ActiveRun | null
}

export interface StreamOverview {
  readonly name: string
  readonly kind: string
  readonly liveRecords: number
  /** When the cursor moved last; null without a cursor. */
  readonly cursorMovedAt: Date | null
}

export interface ActiveRun {
  readonly id: string
  readonly status: RunStatus
  readonly trigger: RunTrigger
  readonly startedAt: Date | null
  readonly wakeAt: Date | null
  readonly parkedReason: string | null
  readonly recordsRead: number
}

interface DetailRow extends SourceRow {
  readonly config: Readonly<Record<string, unknown>> | null
  readonly secret_fields: readonly string[] | null
  readonly secrets_updated_at: Date | null
  readonly status_reason: string | null
  readonly status_message: string | null
  readonly consecutive_failures: number
  readonly last_error_reason: string | null
  readonly last_error_message: string | null
  readonly last_error_at: Date | null
  readonly run_id: string | null
  readonly run_trigger: RunTrigger | null
  readonly run_started_at: Date | null
  readonly run_parked_reason: string | null
  readonly run_records_read: string | null
  readonly streams: readonly { name: string; kind: string; live: number; moved: string | null }[] | null
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The condition that finds a source by id or slug. */
const byRef = (ref: string): string => (UUID.test(ref) ? 's.id = $1::uuid' : 's.slug = $1')

/** The id of a source named by id or slug; null when unknown or being deleted. */
export const findSourceId = async (database: Database, ref: string): Promise<string | null> => {
  const { rows } = await database.pool.query<{ id: string }>(`SELECT s.id FROM sources s WHERE ${byRef(ref)} AND s.deleting_at IS NULL`, [ref])
  return rows[0]?.id ?? null
}

/** One round trip for everything that is shown of a source; null when unknown or being deleted. */
export const findSource = async (database: Database, ref: string): Promise<SourceDetails | null> => {
  // Named, so that a connection plans its many joins once.
  const { rows } = await database.pool.query<DetailRow>({
    name: UUID.test(ref) ? 'inlet-source-by-id' : 'inlet-source-by-slug',
    text: `SELECT ${SOURCE_COLUMNS}, v.config, s.status_reason, s.status_message, s.consecutive_failures, s.last_error_reason, s.last_error_message, s.last_error_at,
       (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(c.sealed->'fields') AS k) AS secret_fields, c.updated_at AS secrets_updated_at,
       r.id AS run_id, r.trigger AS run_trigger, r.started_at AS run_started_at, r.parked_reason AS run_parked_reason, r.records_read AS run_records_read,
       (SELECT json_agg(json_build_object('name', st.name, 'kind', st.kind, 'live', st.live_records, 'moved', CASE WHEN st.cursor IS NOT NULL THEN st.updated_at END) ORDER BY st.name)
        FROM streams st WHERE st.source_id = s.id) AS streams
     FROM ${SOURCE_TABLES} LEFT JOIN credentials c ON c.source_id = s.id WHERE ${byRef(ref)} AND s.deleting_at IS NULL`,
    values: [ref],
  })
  return rows[0] === undefined ? null : toDetails(rows[0])
}

const toDetails = (row: DetailRow): SourceDetails => ({
  ...toOverview(row),
  config: row.config ?? {},
  secretFields: row.secret_fields ?? [],
  secretsUpdatedAt: row.secrets_updated_at,
  statusReason: row.status_reason,
  statusMessage: row.status_message,
  consecutiveFailures: row.consecutive_failures,
  restartAt: row.restart_at,
  lastError:
    row.last_error_reason === null || row.last_error_at === null
      ? null
      : { reason: row.last_error_reason, message: row.last_error_message ?? '', at: row.last_error_at },
  streams: (row.streams ?? []).map((stream) => ({
    name: stream.name,
    kind: stream.kind,
    liveRecords: stream.live,
    cursorMovedAt: stream.moved === null ? null : new Date(stream.moved),
  })),
  activeRun: toActiveRun(row),
})

const toActiveRun = (row: DetailRow): ActiveRun | null =>
  row.run_id === null || row.run_status === null || row.run_trigger === null
    ? null
    : {
        id: row.run_id,
        status: row.run_status,
        trigger: row.run_trigger,
        startedAt: row.run_started_at,
        wakeAt: row.wake_at,
        parkedReason: row.run_parked_reason,
        recordsRead: Number(row.run_records_read ?? 0),
      }

export interface SourceForCheck {
  readonly id: string
  readonly connector: string
  readonly config: unknown
}

/** What a connection check of a saved source needs; its secrets stay where they are. */
export const findSourceForCheck = async (database: Database, ref: string): Promise<SourceForCheck | null> => {
  const { rows } = await database.pool.query<SourceForCheck>(
    `SELECT s.id, s.connector, v.config FROM sources s JOIN source_versions v ON v.id = s.version_id WHERE ${byRef(ref)} AND s.deleting_at IS NULL`,
    [ref],
  )
  return rows[0] ?? null
}
