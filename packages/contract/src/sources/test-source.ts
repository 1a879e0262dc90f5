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
          key: key.optional().meta({ description: 'Its place in the sample when left out.' }),
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
  .meta({ id: 'TestSample', description: 'Records as the connector would yield them: only the mapping is tried, and nothing is connected to.' })

const howMuch = {
  sample: sample.optional(),
  stream: z.string().min(1).max(200).optional().meta({ description: 'Only this stream; otherwise all.' }),
  limit: z.int().min(1).max(20).default(20).meta({ description: 'Records of each stream.' }),
}

export const testSourceBody = z
  .strictObject({
    version: z
      .union([z.int().min(1).max(2_147_483_647), z.enum(['live', 'draft'])])
      .default('live')
      .meta({ description: 'Whose settings and mapping are tried.' }),
    config: z.record(z.string(), z.unknown()).optional().meta({ description: 'Instead of the config of the version.' }),
    mapping: mapping.nullable().optional().meta({ description: 'Instead of the mapping of the version; null for none.' }),
    ...howMuch,
  })
  .meta({ id: 'TestSource' })

export const testNewSourceBody = z
  .strictObject({
    connector: z.string().min(1).max(100),
    config: z.record(z.string(), z.unknown()).default({}),
    secrets: z.record(z.string(), z.unknown()).optional().meta({ description: 'Sealed for this test and forgotten afterwards.' }),
    credential: z.string().min(1).max(255).optional().meta({ description: 'Id or name of a shared credential, instead of secrets.' }),
    mapping: mapping.nullable().optional(),
    ...howMuch,
  })
  .meta({ id: 'TestNewSource' })

const step = z
  .strictObject({
    name: z.enum(['config', 'address', 'dns', 'reach', 'tls', 'auth', 'permission', 'content', 'mapping', 'records', 'speed']),
    status: z.enum(['passed', 'warning', 'failed', 'skipped']),
    code: z.string().nullable().meta({ description: 'Of the reason; see docs/errors.md.' }),
    message: z.string().nullable(),
    next: z.string().nullable().meta({ description: 'What to do about it.' }),
  })
  .meta({ id: 'TestStep', description: 'One thing that must hold for a source to be read; skipped: not tried, or not needed.' })

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
    ok: z.boolean().meta({ description: 'No step failed.' }),
    failure: failureView.nullable().meta({ description: 'Of the step that failed.' }),
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
            keys: z.enum(['kept', 'set']).nullable().meta({ description: 'What the mapping does with keys; null without one.' }),
            estimatedTotal: z.number().nullable().meta({ description: 'Records, where the connector can know.' }),
          }),
        ),
      })
      .nullable()
      .meta({ description: 'What was found; null when only the mapping was tried.' }),
    records: z
      .array(
        z.strictObject({
          raw: shownRecord.meta({ description: 'As the connector yields it.' }),
          mapped: z.array(shownRecord).meta({ description: 'What would be stored; empty when the mapping drops it.' }),
          rejected: rejection.nullable(),
        }),
      )
      .meta({ description: 'Raw records beside what would be stored.' }),
    rejected: z.array(rejection).meta({ description: 'Everything that would go to quarantine.' }),
    warnings: z.array(z.strictObject({ code: z.string(), stream: z.string(), message: z.string() })),
    metrics: z.strictObject({
      requests: z.int().meta({ description: 'HTTP requests.' }),
      records: z.int(),
      recordBytes: z.int().meta({ description: 'Of the records as they are shown here.' }),
      durationMs: z.int(),
    }),
    logs: z
      .array(z.strictObject({ at: z.string(), level: z.string(), message: z.string(), fields: z.record(z.string(), z.unknown()) }))
      .meta({ description: 'What the connector logged; secrets are removed.' }),
    truncated: z.boolean().meta({ description: 'Records or log lines were left out, because there were too many.' }),
  })
  .meta({ id: 'TestResult', description: 'What came of a test: nothing was stored and no cursor moved.' })

export type TestResult = z.infer<typeof testResult>

const tag = 'sources'
const answers = { 200: { description: 'The result, good or bad.', schema: testResult } } as const

export const testEndpoints = {
  testSource: defineEndpoint({
    method: 'post',
    path: '/v1/sources/:id/test',
    scope: 'write',
    tag,
    summary: 'Try a version of a source, or changes to it, on real records',
    description:
      'The real connector reads at most 20 records of each stream in 10 seconds; with a sample, only the mapping is tried. Nothing is stored and no cursor moves.',
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
    summary: 'Try settings that are not saved',
    description: 'As POST /v1/sources/{id}/test, for a source that does not exist yet.',
    body: testNewSourceBody,
    exactMember: 'sample',
    answers,
    reasons: ['SECRET_TARGET_REFUSED', 'UNKNOWN_CONNECTOR', 'MAPPING_SYNTAX', 'CHECK_TIMEOUT'],
  }),
} as const
