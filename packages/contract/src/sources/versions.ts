import { z } from 'zod'
import { optionalQueryInt, pageOf, pageQuery, timestamp } from '../primitives.js'
import { failureView } from '../problem.js'
import { fieldChange } from './field-change.js'
import { mapping } from './mapping.js'
import { schedule, warning } from './source.js'

const config = z.record(z.string(), z.unknown())
const scheduleView = z.strictObject({ cron: z.string(), timeZone: z.string() })
const number = z.int().min(1).max(2_147_483_647)

const content = {
  config,
  mapping: mapping.nullable(),
  schedule: scheduleView.nullable(),
}

const loadError = z.strictObject({ ...failureView.shape, at: timestamp })

export const version = z
  .strictObject({
    number: z.int(),
    state: z.enum(['published', 'retired']),
    ...content,
    restoredFrom: z.int().nullable().meta({ description: 'The version whose content a rollback brought back.' }),
    createdAt: timestamp,
    publishedAt: timestamp.nullable(),
    loadedAt: timestamp.nullable().meta({ description: 'When a worker first opened it; null when none has.' }),
    loadError: loadError.nullable().meta({ description: 'Why a worker could not open it.' }),
  })
  .meta({ id: 'SourceVersion', description: 'A version of the config, mapping and schedule of a source; it never changes.' })

export const versionPage = pageOf(version, 'SourceVersionPage')

export const draft = z
  .strictObject({
    ...content,
    revision: z.int().meta({ description: 'Raised by every change of the draft and of the live version; the ETag holds it.' }),
    liveVersion: z.int().meta({ description: 'The version it would replace.' }),
    changes: z.array(fieldChange).meta({ description: 'What differs from the live version.' }),
    warnings: z.array(warning).meta({
      description:
        '`STREAM_UNKNOWN`: the mapping names a stream that no run of the source has found; said while the config is that of the live version.',
    }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Draft', description: 'The next version of a source, while it can be changed.' })

export const saveDraftBody = z
  .strictObject({
    config: config.optional(),
    mapping: mapping.nullable().optional(),
    schedule: schedule.nullable().optional(),
  })
  .meta({ id: 'SaveDraft', description: 'The draft as a whole: what is left out is taken from the live version, null means none.' })

export const publishBody = z
  .strictObject({
    force: z
      .union([z.boolean(), z.literal('examples')])
      .default(false)
      .meta({ description: '`true`: in spite of what the review found, broken examples apart. `"examples"`: in spite of those, too.' }),
  })
  .meta({ id: 'PublishDraft' })

export const rollBackBody = z.strictObject({ version: number.meta({ description: 'The number of an earlier version.' }) }).meta({ id: 'RollBack' })

const which = z
  .string()
  .regex(/^([1-9]\d{0,8}|live|draft)$/, 'must be the number of a version, live or draft')
  .meta({ description: 'The number of a version, `live` or `draft`.' })

export const diffQuery = z.strictObject({ from: which.default('live'), to: which.default('draft') })

export const contentDiff = z
  .strictObject({ from: z.string(), to: z.string(), changes: z.array(fieldChange) })
  .meta({ id: 'VersionDiff', description: 'The fields in which two versions differ. Secrets are no part of a version.' })

export const versionsQuery = z.strictObject({
  ...pageQuery,
  number: optionalQueryInt({ min: 1, max: 2_147_483_647, description: 'Only this version.' }),
})

export type VersionView = z.infer<typeof version>
export type DraftView = z.infer<typeof draft>
