import { z } from 'zod'
import { optionalQueryInt, pageOf, pageQuery, timestamp } from '../primitives.js'
import { failureView } from '../problem.js'
import { fieldChange } from './draft-review.js'
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

const openError = z.strictObject({ ...failureView.shape, at: timestamp })

export const version = z
  .strictObject({
    number: z.int(),
    state: z.enum(['published', 'retired']),
    ...content,
    restoredFrom: z.int().nullable().meta({ description: 'The version whose content a rollback restored.' }),
    createdAt: timestamp,
    publishedAt: timestamp.nullable(),
    openedAt: timestamp.nullable().meta({ description: 'When a worker first opened it. Null if none has.' }),
    openError: openError.nullable().meta({ description: 'Why a worker could not open it.' }),
  })
  .meta({ id: 'SourceVersion', description: 'An immutable version of the config, mapping and schedule of a source.' })

export const versionPage = pageOf(version, 'SourceVersionPage')

export const draft = z
  .strictObject({
    ...content,
    revision: z.int().meta({ description: 'Increases with every change of the draft and of the live version. The ETag contains it.' }),
    liveVersion: z.int().meta({ description: 'The version that the draft would replace.' }),
    changes: z.array(fieldChange).meta({ description: 'The fields that differ from the live version.' }),
    warnings: z.array(warning).meta({
      description:
        '`STREAM_UNKNOWN`: the mapping names a stream that no run of the source has found. Reported only while the config equals that of the live version.',
    }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Draft', description: 'The next version of a source, which can still be changed.' })

export const saveDraftBody = z
  .strictObject({
    config: config.optional(),
    mapping: mapping.nullable().optional(),
    schedule: schedule.nullable().optional(),
  })
  .meta({ id: 'SaveDraft', description: 'The whole draft. Fields that are left out are taken from the live version; null means none.' })

export const publishBody = z
  .strictObject({
    force: z
      .union([z.boolean(), z.literal('examples')])
      .default(false)
      .meta({
        description:
          '`true`: publish in spite of the findings of the review, except broken examples. `"examples"`: publish in spite of broken examples, too.',
      }),
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
  .meta({ id: 'VersionDiff', description: 'The fields in which two versions differ. Versions contain no secrets.' })

export const versionsQuery = z.strictObject({
  ...pageQuery,
  number: optionalQueryInt({ min: 1, max: 2_147_483_647, description: 'Only this version.' }),
})

export type VersionView = z.infer<typeof version>
export type DraftView = z.infer<typeof draft>
