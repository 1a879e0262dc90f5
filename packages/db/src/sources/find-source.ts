import { isUuid, type Language, type RunStatus, type RunTrigger, toLanguage } from '@inlet/domain'
import { FIELD_TIMES } from '../credentials/shared-credentials.js'
import { CREDENTIAL_OF_SOURCE } from '../credentials/stored-credential.js'
import type { Database } from '../database.js'
import type { OpenError } from '../versions/find-version.js'
import type { VersionContent } from '../versions/version-rows.js'
import { SOURCE_COLUMNS, SOURCE_TABLES, type SourceOverview, type SourceRow, toOverview } from './source-row.js'

export interface SourceDetails extends SourceOverview {
  readonly config: VersionContent['config']
  readonly mapping: VersionContent['mapping']
  /** Why workers cannot open the newest version; if another could take over, that one is live. */
  readonly openError: (OpenError & { readonly version: number }) | null
  readonly hasDraft: boolean
  /** The secrets that are set, never their values, with the time each was last changed. */
  readonly secretTimes: Readonly<Record<string, Date>>
  /** The shared credential these come from; null when they are the source's own. */
  readonly credential: { readonly id: string; readonly name: string } | null
  readonly statusMessage: string | null
  readonly consecutiveFailures: number
  readonly restartAt: Date | null
  readonly lastError: { readonly reason: string; readonly message: string; readonly at: Date } | null
  /** The language of its records as set by its owner; null: detected for each. */
  readonly language: Language | null
  /** Progress of indexing its records again after a change of language; null when that is complete. */
  readonly reindexing: Reindexing | null
  readonly streams: readonly StreamOverview[]
  /** When a record was last stored, changed or deleted. */
  readonly newestRecordAt: Date | null
  readonly activeRun: ActiveRun | null
}

export interface Reindexing {
  readonly records: number
  readonly done: number
}

export interface StreamOverview {
  readonly name: string
  readonly kind: string
  readonly liveRecords: number
  /** When the cursor last moved; null without a cursor. */
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
  readonly cancelRequested: boolean
  readonly batches: { readonly forwarded: number; readonly committed: number }
  /** The progress reported by the connector, by stream. */
  readonly progress: Readonly<Record<string, unknown>>
}

interface DetailRow extends SourceRow {
  readonly config: VersionContent['config'] | null
  readonly mapping: VersionContent['mapping']
  readonly open_error: { readonly version: number; readonly reason: string; readonly message: string; readonly at: string } | null
  readonly has_draft: boolean
  readonly secret_times: Readonly<Record<string, string>> | null
  readonly credential: SourceDetails['credential']
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
  readonly run_cancelling: boolean
  readonly run_forwarded: number | null
  readonly run_committed: number | null
  readonly run_progress: Readonly<Record<string, unknown>> | null
  readonly newest_record_at: Date | null
  readonly language: string | null
  readonly reindexing: Reindexing | null
  readonly streams: readonly { name: string; kind: string; live: number; moved: string | null }[] | null
}

/** Returns the SQL condition that finds a source by id or slug. */
export const byRef = (ref: string): string => (isUuid(ref) ? 's.id = $1::uuid' : 's.slug = $1')

/** Returns the same condition for Prisma; a source that is being deleted is not found. */
const whereRef = (ref: string) => ({ ...(isUuid(ref) ? { id: ref } : { slug: ref }), deletingAt: null })

/** Returns the id of a source named by id or slug; null when unknown or being deleted. */
export const findSourceId = async ({ prisma }: Database, ref: string): Promise<string | null> => {
  const source = await prisma.source.findFirst({ where: whereRef(ref), select: { id: true } })
  return source?.id ?? null
}

/** How many slugs are compared with an unknown one. */
const MAX_NEAR = 5_000

/** Lists slugs that begin or end like an unknown one, or contain it: the intended one is among them, if it is close. */
export const listSlugsNear = async ({ prisma }: Database, slug: string): Promise<readonly string[]> => {
  const alike = [{ slug: { contains: slug } }, { slug: { startsWith: slug.slice(0, 1) } }, { slug: { endsWith: slug.slice(-3) } }]
  const rows = await prisma.source.findMany({
    where: { deletingAt: null, OR: alike },
    orderBy: { slug: 'asc' },
    take: MAX_NEAR,
    select: { slug: true },
  })
  return rows.map(({ slug: near }) => near)
}

/** Returns those ids that belong to sources, including ones being deleted. */
export const findKnownSources = async ({ prisma }: Database, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await prisma.source.findMany({ where: { id: { in: [...ids] } }, select: { id: true } })
  return new Set(rows.map(({ id }) => id))
}

const NEWEST_OPEN_ERROR = `(SELECT CASE WHEN n.load_failed_at IS NOT NULL
    THEN json_build_object('version', n.number, 'reason', n.load_reason, 'message', n.load_message, 'at', n.load_failed_at) END
  FROM source_versions n WHERE n.source_id = s.id AND n.number IS NOT NULL ORDER BY n.number DESC LIMIT 1)`

/** Returns everything that is shown of a source, in one round trip; null when unknown or being deleted. */
export const findSource = async (database: Database, ref: string): Promise<SourceDetails | null> => {
  // SQL: everything that is shown, read at one moment.
  // Named, so that a connection plans its many joins once.
  const { rows } = await database.pool.query<DetailRow>({
    name: isUuid(ref) ? 'inlet-source-by-id' : 'inlet-source-by-slug',
    text: `SELECT ${SOURCE_COLUMNS}, v.config, v.mapping, ${NEWEST_OPEN_ERROR} AS open_error,
       EXISTS (SELECT FROM source_versions d WHERE d.source_id = s.id AND d.state = 'draft') AS has_draft, s.status_message, s.language, s.consecutive_failures, s.last_error_reason, s.last_error_message, s.last_error_at,
       CASE WHEN c.id IS NOT NULL THEN ${FIELD_TIMES} END AS secret_times, CASE WHEN c.name IS NOT NULL THEN json_build_object('id', c.id, 'name', c.name) END AS credential,
       r.id AS run_id, r.trigger AS run_trigger, r.started_at AS run_started_at, r.parked_reason AS run_parked_reason, r.records_read AS run_records_read, r.cancel_requested_at IS NOT NULL AS run_cancelling,
       r.forwarded_batches AS run_forwarded, r.committed_batches AS run_committed, r.progress AS run_progress, (SELECT max(fetched_at) FROM records WHERE source_id = s.id) AS newest_record_at,
       (SELECT json_build_object('records', x.records, 'done', least(x.done, x.records)) FROM search_reindexings x WHERE x.source_id = s.id) AS reindexing,
       (SELECT json_agg(json_build_object('name', st.name, 'kind', st.kind, 'live', st.live_records, 'moved', CASE WHEN st.cursor IS NOT NULL THEN st.updated_at END) ORDER BY st.name)
        FROM streams st WHERE st.source_id = s.id) AS streams
     FROM ${SOURCE_TABLES} ${CREDENTIAL_OF_SOURCE} WHERE ${byRef(ref)} AND s.deleting_at IS NULL`,
    values: [ref],
  })
  return rows[0] === undefined ? null : toDetails(rows[0])
}

const toDetails = (row: DetailRow): SourceDetails => ({
  ...toOverview(row),
  config: row.config ?? {},
  mapping: row.mapping,
  openError: row.open_error === null ? null : { ...row.open_error, at: new Date(row.open_error.at) },
  hasDraft: row.has_draft,
  secretTimes: toDates(row.secret_times ?? {}),
  credential: row.credential,
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
  newestRecordAt: row.newest_record_at,
  language: toLanguage(row.language),
  reindexing: row.reindexing,
  activeRun: toActiveRun(row),
})

const toDates = (times: Readonly<Record<string, string>>): Readonly<Record<string, Date>> =>
  Object.fromEntries(Object.entries(times).map(([field, time]) => [field, new Date(time)]))

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
        cancelRequested: row.run_cancelling,
        batches: { forwarded: row.run_forwarded ?? 0, committed: row.run_committed ?? 0 },
        progress: row.run_progress ?? {},
      }

export interface SourceForCheck {
  readonly id: string
  readonly connector: string
  readonly config: unknown
}

/** Returns what a connection check of a saved source needs, without its secrets. */
export const findSourceForCheck = async ({ prisma }: Database, ref: string): Promise<SourceForCheck | null> => {
  const source = await prisma.source.findFirst({ where: whereRef(ref), select: { id: true, connector: true, versionId: true } })
  if (source === null || source.versionId === null) return null
  const version = await prisma.sourceVersion.findUnique({ where: { id: source.versionId }, select: { config: true } })
  return version === null ? null : { id: source.id, connector: source.connector, config: version.config }
}
