import { isUuid, SOURCE_STATES, SOURCE_STATUSES } from '@inlet/domain'
import { z } from 'zod'
import { duration, moment, pageQuery, plainText, queryFlag, queryList } from '../primitives.js'
import { mapping } from './mapping.js'
import { labels, language, schedule } from './source.js'

export const sourceSlug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a slug has 1 to 63 lower-case letters, digits or dashes')
  .refine((text) => !isUuid(text), 'a slug must not look like an id')
  .meta({ description: 'A unique, readable id. Default: derived from the name.' })

const name = z
  .string()
  .max(1_000, 'must have at most 255 characters')
  .meta({ description: 'The name, 1 to 255 characters. Unique regardless of case.' })
const config = z.record(z.string(), z.unknown()).meta({ description: 'Settings of the connector; see GET /v1/connectors/{type}.' })
const secrets = z.record(z.string(), z.unknown()).meta({
  description: 'Secrets of the connector. Write-only: they are encrypted immediately and never returned. They replace all secrets set before.',
})

const credentialRef = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be the id or the name of a credential')
  .meta({ description: 'The id or name of a shared credential to use instead of secrets; see /v1/credentials.', example: 'crm-oauth' })

/** The owner that manages a source in files: `apply` by default, `files` for INLET_SOURCES_FILE. */
export const ownerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'an owner has 1 to 63 lower-case letters, digits or . _ -')
  .meta({
    description: 'The owner that manages the source in files. Only its owner deletes the source when it is removed from the files.',
    example: 'apply',
  })

export const createSourceBody = z
  .strictObject({
    name,
    slug: sourceSlug.optional(),
    connector: z.string().min(1).max(100).meta({ description: 'The type of connector.', example: 'api' }),
    config: config.default({}),
    mapping: mapping.nullable().optional(),
    secrets: secrets.optional(),
    credential: credentialRef.optional(),
    schedule: schedule.nullable().optional(),
    labels: labels.optional(),
    freshWithin: duration.nullable().optional(),
    language: language.optional(),
    runNow: z.boolean().default(true).meta({ description: 'Start the first run immediately. Ignored if the source is paused.' }),
    paused: z.boolean().default(false).meta({ description: 'Register the source as paused.' }),
    managedBy: ownerName.optional(),
  })
  .meta({ id: 'CreateSource', description: 'A source to register.' })

export const checkQuery = {
  check: queryFlag('Connect with these settings first. If that fails, nothing is saved.'),
} as const

export const updateSourceBody = z
  .strictObject({
    name: name.optional(),
    config: config.optional(),
    mapping: mapping.nullable().optional(),
    secrets: secrets.optional(),
    credential: credentialRef.nullable().optional(),
    schedule: schedule.nullable().optional(),
    labels: labels.optional(),
    freshWithin: duration.nullable().optional(),
    language: language.optional(),
    managedBy: ownerName.nullable().optional(),
  })
  .meta({ id: 'UpdateSource', description: 'The fields to change. Changes to config, mapping or schedule become a new version.' })

export const SOURCE_SORTS = ['createdAt', '-createdAt', 'name', '-name'] as const

export const listSourcesQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(SOURCE_STATUSES).optional(),
  state: z.enum(SOURCE_STATES).optional(),
  connector: z.string().min(1).max(100).optional(),
  label: queryList(
    z
      .string()
      .max(320)
      .regex(/^[^:\0]+:[^\0]*$/, 'must be name:value'),
    { max: 10, description: 'A label, as `name:value`. If repeated, all must match.' },
  ),
  q: plainText(255).optional().meta({ description: 'Part of the name or slug.' }),
  sort: z.enum(SOURCE_SORTS).default('-createdAt'),
})

export const runSourceBody = z
  .strictObject({
    allowMassDelete: z.boolean().default(false).meta({ description: 'Let this run delete most records if the source no longer has them.' }),
  })
  .meta({ id: 'RunSource' })

export const backfillSourceBody = z
  .strictObject({
    stream: z.string().min(1).max(200).optional().meta({ description: 'Only this stream. Default: all streams.' }),
    from: moment.optional().meta({ description: 'Keep only records whose `occurredAt` is at or after this time. The whole stream is read anyway.' }),
    to: moment.optional().meta({ description: 'Keep only records whose `occurredAt` is before this time.' }),
    cursorAt: moment.optional().meta({ description: 'Begin where the live cursor was at this time. Default: the beginning.' }),
    allowMassDelete: z.boolean().default(false).meta({ description: 'Let a complete read delete most records if the source no longer has them.' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    error: 'must be later than from',
  })
  .refine(({ cursorAt }) => cursorAt === undefined || Date.parse(cursorAt) <= Date.now(), { path: ['cursorAt'], error: 'must not lie in the future' })
  .meta({ id: 'BackfillSource', description: 'What to read again.' })

export const checkSourceBody = z.strictObject({}).meta({ id: 'CheckSource' })

export const previewSourceBody = z
  .strictObject({
    stream: z.string().min(1).max(200).optional().meta({ description: 'Only this stream. Default: all streams in turn.' }),
    limit: z.int().min(1).max(20).default(5).meta({ description: 'Number of records to read.' }),
  })
  .meta({ id: 'PreviewSource' })

export const resetCursorBody = z
  .strictObject({ stream: z.string().min(1).max(200).optional().meta({ description: 'Only this stream. Default: all streams.' }) })
  .meta({ id: 'ResetCursor' })

export const ticksQuery = z.strictObject({ ...pageQuery, outcome: z.enum(['ran', 'coalesced', 'skipped', 'paused', 'missed']).optional() })
export type CreateSourceBody = z.output<typeof createSourceBody>
export type UpdateSourceBody = z.output<typeof updateSourceBody>
export type ListSourcesQuery = z.output<typeof listSourcesQuery>
export type NewSourceRequest = z.input<typeof createSourceBody>
export type SourceChangeRequest = z.input<typeof updateSourceBody>
