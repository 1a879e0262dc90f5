import { FRESHNESS_STATES, INCIDENT_KINDS, RUN_OUTCOMES, RUN_STATUSES, RUN_TRIGGERS, SOURCE_STATES, SOURCE_STATUSES } from '@inlet/domain'
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
  .meta({ description: 'Free key-value pairs to find sources by.' })

const summary = {
  id: uuid,
  slug: z.string(),
  name: z.string(),
  connector: z.string(),
  status: z.enum(SOURCE_STATUSES).meta({ description: 'What the owner wants or must repair.' }),
  state: z.enum(SOURCE_STATES).meta({ description: 'What is happening, computed from observed facts.' }),
  labels: z.record(z.string(), z.string()),
  schedule: z.strictObject({ cron: z.string(), timeZone: z.string() }).nullable(),
  version: z.int().nullable().meta({ description: 'Number of the published version of the config.' }),
  freshWithin: duration.nullable(),
  fresh: z.boolean().nullable().meta({ description: 'Whether the last success is recent enough; null without freshWithin.' }),
  lastRun: z.strictObject({ id: uuid, outcome: z.enum(RUN_OUTCOMES).nullable() }).nullable(),
  lastSuccessAt: timestamp.nullable(),
  lagSeconds: z.int().nullable().meta({ description: 'Seconds since the last success; null before the first.' }),
  nextRunAt: timestamp.nullable().meta({
    description: 'The next due moment: of the schedule, of an automatic restart, or of a parked run; null while none of them begins a run.',
  }),
  incidents: z.array(z.enum(INCIDENT_KINDS)).meta({ description: 'Kinds of its open incidents.' }),
  createdAt: timestamp,
  updatedAt: timestamp,
}

export const sourceSummary = z.strictObject(summary).meta({ id: 'SourceSummary', description: 'A registered external system.' })

const secretState = z.strictObject({ set: z.literal(true), updatedAt: timestamp }).meta({ id: 'SecretState' })
export const secretStates = z.record(z.string(), secretState).meta({ description: 'Which secrets are set, never their values.' })

const streamView = z
  .strictObject({
    name: z.string(),
    kind: z.string(),
    liveRecords: z.int(),
    hasCursor: z.boolean(),
    cursorAgeSeconds: z.int().nullable().meta({ description: 'Seconds since the cursor moved last.' }),
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
    progress: z.record(z.string(), z.unknown()).meta({ description: 'What the connector says of its progress, by stream.' }),
  })
  .meta({ id: 'ActiveRun' })

const freshness = z
  .strictObject({
    state: z.enum(FRESHNESS_STATES).meta({ description: 'Against freshWithin; unknown without one, and for a new source until its time is over.' }),
    staleSince: timestamp.nullable(),
  })
  .meta({ id: 'Freshness', description: 'Whether the last success is as recent as it should be.' })

const lag = z
  .strictObject({
    successSeconds: z.int().nullable().meta({ description: 'Since the last success.' }),
    cursorSeconds: z.int().nullable().meta({ description: 'Since a cursor moved last.' }),
    recordSeconds: z.int().nullable().meta({ description: 'Since a record was stored, changed or deleted last.' }),
  })
  .meta({ id: 'Lag', description: 'How far behind it is; null where there was none yet.' })

/** Everything about one source except its secrets, which are never shown. */
export const source = z
  .strictObject({
    ...summary,
    revision: z.int().meta({ description: 'Raised by every change of the settings; the ETag holds it.' }),
    config: z.record(z.string(), z.unknown()),
    mapping: mapping.nullable(),
    secrets: secretStates,
    credential: z
      .strictObject({ id: uuid, name: z.string() })
      .nullable()
      .meta({ description: 'The shared credential these secrets come from; null when they are its own.' }),
    hookPath: z.string().nullable().meta({ description: 'Where senders push events, on this API: POST. Null for sources that take none.' }),
    statusReason: z.string().nullable(),
    statusMessage: z.string().nullable(),
    consecutiveFailures: z.int(),
    restartAt: timestamp.nullable(),
    lastError: z.strictObject({ ...failureView.shape, at: timestamp }).nullable(),
    loadError: z
      .strictObject({ ...failureView.shape, version: z.int(), at: timestamp })
      .nullable()
      .meta({ description: 'Why workers cannot open the newest version; `version` at the top is the one that is live.' }),
    hasDraft: z.boolean(),
    freshness,
    lag,
    streams: z.array(streamView),
    activeRun: activeRun.nullable(),
  })
  .meta({ id: 'Source', description: 'A registered external system in full.' })

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
