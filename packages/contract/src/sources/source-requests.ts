import { isUuid, SOURCE_STATES, SOURCE_STATUSES } from '@inlet/domain'
import { z } from 'zod'
import { duration, moment, pageQuery, plainText, queryFlag, queryList } from '../primitives.js'
import { mapping } from './mapping.js'
import { labels, schedule } from './source.js'

export const sourceSlug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'a slug has 1 to 63 lower-case letters, digits or dashes')
  .refine((text) => !isUuid(text), 'a slug must not look like an id')
  .meta({ description: 'A readable id, unique. Made from the name when left out.' })

const name = z.string().max(1_000, 'must have at most 255 characters').meta({ description: 'Unique without case, 1 to 255 characters.' })
const config = z.record(z.string(), z.unknown()).meta({ description: 'Settings of the connector; see GET /v1/connectors/{type}.' })
const secrets = z
  .record(z.string(), z.unknown())
  .meta({ description: 'Secrets of the connector, write-only: encrypted at once and never shown. Given, they replace all that were set.' })

const credentialRef = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be the id or the name of a credential')
  .meta({ description: 'A shared credential to use instead of secrets: its id or name; see /v1/credentials.', example: 'crm-oauth' })

/** Who keeps a source in files: `apply` unless named otherwise, `files` for INLET_SOURCES_FILE. */
export const ownerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'an owner has 1 to 63 lower-case letters, digits or . _ -')
  .meta({ description: 'Who keeps the source in files; only its owner deletes it when it leaves the files.', example: 'apply' })

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
    runNow: z.boolean().default(true).meta({ description: 'Start a first run at once. Ignored for a paused source.' }),
    paused: z.boolean().default(false).meta({ description: 'Register without starting anything.' }),
    managedBy: ownerName.optional(),
  })
  .meta({ id: 'CreateSource', description: 'A source to register.' })

export const checkQuery = {
  check: queryFlag('First try to connect with these settings; nothing is saved when that fails.'),
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
    managedBy: ownerName.nullable().optional(),
  })
  .meta({ id: 'UpdateSource', description: 'What to change; what is left out stays. Changed config, mapping or schedule become a new version.' })

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
    { max: 10, description: 'name:value; repeated, all must match.' },
  ),
  q: plainText(255).optional().meta({ description: 'Part of the name or slug.' }),
  sort: z.enum(SOURCE_SORTS).default('-createdAt'),
})

export const runSourceBody = z
  .strictObject({
    allowMassDelete: z.boolean().default(false).meta({ description: 'Let this run delete most records, if the source lacks them.' }),
  })
  .meta({ id: 'RunSource' })

export const backfillSourceBody = z
  .strictObject({
    stream: z.string().min(1).max(200).optional().meta({ description: 'Only this stream; otherwise all.' }),
    from: moment
      .optional()
      .meta({ description: 'Keep only records that occurred at this moment or later (`occurredAt`); the stream is read all the same.' }),
    to: moment.optional().meta({ description: 'Keep only records that occurred before this moment.' }),
    cursorAt: moment.optional().meta({ description: 'Begin where the live cursor stood at this moment; otherwise at the beginning.' }),
    allowMassDelete: z.boolean().default(false).meta({ description: 'Let a complete reading delete most records, if the source lacks them.' }),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    error: 'must be later than from',
  })
  .refine(({ cursorAt }) => cursorAt === undefined || Date.parse(cursorAt) <= Date.now(), { path: ['cursorAt'], error: 'must not lie in the future' })
  .meta({ id: 'BackfillSource', description: 'What to read again beside the live cursors.' })

export const checkSourceBody = z.strictObject({}).meta({ id: 'CheckSource' })

export const previewSourceBody = z
  .strictObject({
    stream: z.string().min(1).max(200).optional().meta({ description: 'Only this stream; otherwise all in turn.' }),
    limit: z.int().min(1).max(20).default(5).meta({ description: 'Records to read.' }),
  })
  .meta({ id: 'PreviewSource' })

export const resetCursorBody = z
  .strictObject({ stream: z.string().min(1).max(200).optional().meta({ description: 'Only this stream; otherwise all.' }) })
  .meta({ id: 'ResetCursor' })

export const ticksQuery = z.strictObject({ ...pageQuery, outcome: z.enum(['ran', 'coalesced', 'skipped', 'paused', 'missed']).optional() })
export type CreateSourceBody = z.output<typeof createSourceBody>
export type UpdateSourceBody = z.output<typeof updateSourceBody>
export type ListSourcesQuery = z.output<typeof listSourcesQuery>
export type NewSourceRequest = z.input<typeof createSourceBody>
export type SourceChangeRequest = z.input<typeof updateSourceBody>
