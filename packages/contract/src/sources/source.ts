import {
  FRESHNESS_STATES,
  INCIDENT_KINDS,
  RUN_OUTCOMES,
  RUN_STATUSES,
  RUN_TRIGGERS,
  SOURCE_LANGUAGES,
  SOURCE_STATES,
  SOURCE_STATUSES,
} from '@inlet/domain'
import { z } from 'zod'
import { duration, pageOf, timestamp, uuid, visible } from '../primitives.js'
import { failureView } from '../problem.js'
import { mapping } from './mapping.js'

export const schedule = z
  .strictObject({
    cron: z.string().max(200).meta({ description: 'Five fields: minute hour day-of-month month day-of-week.', example: '*/15 * * * *' }),
    timeZone: z.string().max(100).default('UTC').meta({ description: 'An IANA time zone.', example: 'Europe/Berlin' }),
  })
  .meta({ id: 'Schedule', description: 'When a source is read.' })

export const labels = z
  .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/, 'a label has 1 to 63 letters, digits or . _ / -'), visible(z.string().max(255)))
  .refine((record) => Object.keys(record).length <= 32, 'at most 32 labels')
  .meta({ description: 'Key-value pairs for finding sources.' })

export const language = z.enum(SOURCE_LANGUAGES).meta({
  description: 'Language of the records, for search (ISO 639-1). `auto`: detected for each record. `simple`: words are not reduced to their stems.',
})

const summary = {
  id: uuid,
  slug: z.string(),
  name: z.string(),
  connector: z.string(),
  status: z.enum(SOURCE_STATUSES).meta({ description: 'What the owner wants. `ERROR`: the owner must act.' }),
  state: z.enum(SOURCE_STATES).meta({ description: 'What the source is doing now.' }),
  labels: z.record(z.string(), z.string()),
  schedule: z.strictObject({ cron: z.string(), timeZone: z.string() }).nullable(),
  version: z.int().nullable().meta({ description: 'Number of the published version of the config.' }),
  freshWithin: duration.nullable(),
  fresh: z.boolean().nullable().meta({ description: 'Whether the last success is within `freshWithin`. Null without it.' }),
  lastRun: z.strictObject({ id: uuid, outcome: z.enum(RUN_OUTCOMES).nullable() }).nullable(),
  lastSuccessAt: timestamp.nullable(),
  lagSeconds: z.int().nullable().meta({ description: 'Seconds since the last success. Null before the first.' }),
  nextRunAt: timestamp.nullable().meta({
    description: 'When the next run begins or a parked run continues. Null if none will.',
  }),
  statusReason: z.string().nullable().meta({ description: 'Why the status is `ERROR`. Null otherwise.', example: 'AUTH_FAILED' }),
  parkedReason: z
    .string()
    .nullable()
    .meta({ description: 'Why the active run waits until `nextRunAt`. Null if it is not parked.', example: 'RATE_LIMITED' }),
  incidents: z.array(z.enum(INCIDENT_KINDS)).meta({ description: 'Kinds of its open incidents.' }),
  quarantined: z.int().meta({ description: 'Number of its open records in quarantine.' }),
  createdAt: timestamp,
  updatedAt: timestamp,
}

export const sourceSummary = z.strictObject(summary).meta({ id: 'SourceSummary', description: 'A registered external system.' })

const secretState = z.strictObject({ set: z.literal(true), updatedAt: timestamp }).meta({ id: 'SecretState' })
export const secretStates = z.record(z.string(), secretState).meta({ description: 'The secrets that are set. Their values are never returned.' })

const streamView = z
  .strictObject({
    name: z.string(),
    kind: z.string(),
    liveRecords: z.int(),
    hasCursor: z.boolean(),
    cursorAgeSeconds: z.int().nullable().meta({ description: 'Seconds since the cursor last moved.' }),
  })
  .meta({ id: 'Stream', description: 'A named set of records in a source.' })

const activeRun = z
  .strictObject({
    id: uuid,
    status: z.enum(RUN_STATUSES),
    trigger: z.enum(RUN_TRIGGERS),
    startedAt: timestamp.nullable(),
    wakeAt: timestamp.nullable(),
    parkedReason: z.string().nullable(),
    recordsRead: z.int(),
    cancelRequested: z.boolean(),
    batches: z.strictObject({ forwarded: z.int(), committed: z.int() }),
    progress: z.record(z.string(), z.unknown()).meta({ description: 'Progress reported by the connector, by stream.' }),
  })
  .meta({ id: 'ActiveRun' })

const freshness = z
  .strictObject({
    state: z
      .enum(FRESHNESS_STATES)
      .meta({ description: 'Compared with `freshWithin`. `unknown` without it, and for a new source until that time has passed.' }),
    staleSince: timestamp.nullable(),
  })
  .meta({ id: 'Freshness', description: 'Whether the last success is within `freshWithin`.' })

const lag = z
  .strictObject({
    successSeconds: z.int().nullable().meta({ description: 'Seconds since the last success.' }),
    cursorSeconds: z.int().nullable().meta({ description: 'Seconds since a cursor last moved.' }),
    recordSeconds: z.int().nullable().meta({ description: 'Seconds since a record was last inserted, updated or deleted.' }),
  })
  .meta({ id: 'Lag', description: 'How far the source is behind. Null if there was no such event yet.' })

/** Everything about one source except its secrets, which are never shown. */
export const source = z
  .strictObject({
    ...summary,
    revision: z.int().meta({ description: 'Increases with every change of the settings. The ETag contains it.' }),
    config: z.record(z.string(), z.unknown()),
    mapping: mapping.nullable(),
    secrets: secretStates,
    credential: z
      .strictObject({ id: uuid, name: z.string() })
      .nullable()
      .meta({ description: 'The shared credential that the secrets come from. Null if the source has its own.' }),
    hookPath: z
      .string()
      .nullable()
      .meta({ description: 'The path on this API to which senders POST events. Null for sources that do not accept any.' }),
    statusMessage: z.string().nullable(),
    consecutiveFailures: z.int(),
    restartAt: timestamp.nullable(),
    lastError: z.strictObject({ ...failureView.shape, at: timestamp }).nullable(),
    openError: z
      .strictObject({ ...failureView.shape, version: z.int(), at: timestamp })
      .nullable()
      .meta({ description: 'Why workers cannot open the newest version. The top-level `version` is the one that is live.' }),
    hasDraft: z.boolean(),
    freshness,
    lag,
    language,
    reindexing: z
      .strictObject({ records: z.int(), done: z.int() })
      .nullable()
      .meta({ description: 'Progress of indexing the records again after a change of language. Null when it is done.' }),
    streams: z.array(streamView),
    activeRun: activeRun.nullable(),
  })
  .meta({ id: 'Source', description: 'A registered external system, in full.' })

export const warning = z.strictObject({ code: z.string(), message: z.string() }).meta({ id: 'Warning' })

export const createdSource = z
  .strictObject({
    ...source.shape,
    runId: uuid.nullable().meta({ description: 'The run that was started, if any.' }),
    checked: z.boolean().meta({ description: 'Whether a connection check passed before the change.' }),
    warnings: z.array(warning),
  })
  .meta({ id: 'SavedSource', description: 'The source as saved.' })

export const sourcePage = pageOf(sourceSummary, 'SourcePage')

export type SourceSummary = z.infer<typeof sourceSummary>
export type SourceDetail = z.infer<typeof source>
export type SavedSource = z.infer<typeof createdSource>
export type SourcePage = z.infer<typeof sourcePage>
