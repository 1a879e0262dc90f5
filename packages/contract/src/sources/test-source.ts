import { RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { defineEndpoint } from '../endpoint.js'
import { sourceRef } from '../primitives.js'
import { failureView } from '../problem.js'
import { mapping } from './mapping.js'

const key = z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).min(1)])

export const sample = z
  .strictObject({
    stream: z.string().min(1).max(200),
    records: z
      .array(
        z.strictObject({
          key: key.optional().meta({ description: 'Default: the position in the sample.' }),
          kind: z.enum(RECORD_KINDS).optional(),
          title: z.string().optional(),
          text: z.string().optional(),
          url: z.string().optional(),
          occurredAt: z.string().optional(),
          data: z.record(z.string(), z.unknown()).optional().meta({ description: 'Numbers keep all their digits.' }),
        }),
      )
      .min(1)
      .max(20),
  })
  .meta({ id: 'TestSample', description: 'Records as the connector would yield them. Only the mapping is tried, and no connection is made.' })

const howMuch = {
  sample: sample.optional(),
  stream: z.string().min(1).max(200).optional().meta({ description: 'Only this stream. Default: all streams.' }),
  limit: z.int().min(1).max(20).default(20).meta({ description: 'Number of records per stream.' }),
}

export const testSourceBody = z
  .strictObject({
    version: z
      .union([z.int().min(1).max(2_147_483_647), z.enum(['live', 'draft'])])
      .default('live')
      .meta({ description: 'The version whose settings and mapping are tried.' }),
    config: z.record(z.string(), z.unknown()).optional().meta({ description: 'Settings to use instead of those of the version.' }),
    mapping: mapping.nullable().optional().meta({ description: 'Mapping to use instead of that of the version. Null: no mapping.' }),
    ...howMuch,
  })
  .meta({ id: 'TestSource' })

export const testNewSourceBody = z
  .strictObject({
    connector: z.string().min(1).max(100),
    config: z.record(z.string(), z.unknown()).default({}),
    secrets: z.record(z.string(), z.unknown()).optional().meta({ description: 'Secrets for this test only. They are encrypted and then deleted.' }),
    credential: z.string().min(1).max(255).optional().meta({ description: 'The id or name of a shared credential to use instead of secrets.' }),
    mapping: mapping.nullable().optional(),
    ...howMuch,
  })
  .meta({ id: 'TestNewSource' })

const step = z
  .strictObject({
    name: z.enum(['config', 'address', 'dns', 'reach', 'tls', 'auth', 'permission', 'content', 'mapping', 'records', 'speed']),
    status: z.enum(['passed', 'warning', 'failed', 'skipped']),
    code: z.string().nullable().meta({ description: 'The class of the reason; see docs/errors.md.' }),
    message: z.string().nullable(),
    next: z.string().nullable().meta({ description: 'What to do about it.' }),
  })
  .meta({ id: 'TestStep', description: 'One requirement for reading the source. `skipped`: not tried or not needed.' })

const shownRecord = z.strictObject({
  stream: z.string(),
  key: z.string(),
  kind: z.enum(RECORD_KINDS),
  op: z.enum(['upsert', 'delete']),
  title: z.string().nullable(),
  text: z.string().nullable().meta({ description: 'The beginning of the text, at most 2,000 characters.' }),
  url: z.string().nullable(),
  occurredAt: z.string().nullable(),
  data: z.unknown().meta({ description: 'Numbers keep all their digits.' }),
})
const rejection = z.strictObject({ stream: z.string(), key: z.string().nullable(), reason: z.string(), message: z.string() })

export const testResult = z
  .strictObject({
    ok: z.boolean().meta({ description: 'Whether no step failed.' }),
    failure: failureView.nullable().meta({ description: 'The failure of the step that failed.' }),
    steps: z.array(step),
    capabilities: z
      .strictObject({
        browsable: z.boolean(),
        streams: z.array(
          z.strictObject({
            name: z.string(),
            kind: z.string(),
            incremental: z.boolean(),
            deletes: z.enum(['none', 'events', 'sweep']),
            keyFields: z.array(z.string()),
            keys: z.enum(['kept', 'set']).nullable().meta({ description: 'What the mapping does with keys. Null without a mapping.' }),
            estimatedTotal: z.number().nullable().meta({ description: 'Expected number of records, if the connector knows it.' }),
          }),
        ),
      })
      .nullable()
      .meta({ description: 'What the source can do. Null if only the mapping was tried.' }),
    records: z
      .array(
        z.strictObject({
          raw: shownRecord.meta({ description: 'The record as the connector yields it.' }),
          mapped: z.array(shownRecord).meta({ description: 'The records that would be stored. Empty if the mapping drops the record.' }),
          rejected: rejection.nullable(),
        }),
      )
      .meta({ description: 'Raw records with what would be stored.' }),
    rejected: z.array(rejection).meta({ description: 'Everything that would go to quarantine.' }),
    warnings: z.array(z.strictObject({ code: z.string(), stream: z.string(), message: z.string() })),
    metrics: z.strictObject({
      requests: z.int().meta({ description: 'Number of HTTP requests.' }),
      records: z.int(),
      recordBytes: z.int().meta({ description: 'Size of the records as returned here.' }),
      durationMs: z.int(),
    }),
    logs: z
      .array(z.strictObject({ at: z.string(), level: z.string(), message: z.string(), fields: z.record(z.string(), z.unknown()) }))
      .meta({ description: 'What the connector logged, without secrets.' }),
    truncated: z.boolean().meta({ description: 'Whether records or log lines were left out because there were too many.' }),
  })
  .meta({ id: 'TestResult', description: 'The result of a test. Nothing was stored and no cursor moved.' })

export type TestResult = z.infer<typeof testResult>

const tag = 'sources'
const answers = { 200: { description: 'The result, whether the test passed or failed.', schema: testResult } } as const

export const testEndpoints = {
  testSource: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/test',
    scope: 'write',
    tag,
    summary: 'Test a version of a source, or changes to it, on real records',
    description:
      'The connector reads at most 20 records of each stream within 10 s. With a sample, only the mapping is tried. Nothing is stored and no cursor moves.',
    params: z.strictObject({ id: sourceRef }),
    body: testSourceBody,
    exactMember: 'sample',
    bodyOptional: true,
    answers,
    reasons: ['SECRET_TARGET_REFUSED', 'MAPPING_SYNTAX', 'CHECK_TIMEOUT'],
  }),
  testNewSource: defineEndpoint({
    method: 'post',
    path: '/v1/sources/test',
    scope: 'write',
    tag,
    summary: 'Test settings that are not saved',
    description: 'Like POST /v1/sources/{id}/test, but for a source that does not exist yet.',
    body: testNewSourceBody,
    exactMember: 'sample',
    answers,
    reasons: ['SECRET_TARGET_REFUSED', 'UNKNOWN_CONNECTOR', 'MAPPING_SYNTAX', 'CHECK_TIMEOUT'],
  }),
} as const
