import { RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { pageOf, timestamp, uuid } from '../primitives.js'
import { failureView } from '../problem.js'
import { warning } from './source.js'

export const tick = z
  .strictObject({
    scheduledFor: timestamp,
    outcome: z.enum(['ran', 'coalesced', 'skipped', 'paused', 'missed']),
    reason: z.string().nullable(),
    runId: uuid.nullable(),
    count: z.int().meta({ description: 'Greater than 1 if a very long gap is summarized.' }),
    recordedAt: timestamp,
  })
  .meta({ id: 'Tick', description: 'A due time of the schedule and its outcome.' })

export const checkResult = z
  .strictObject({
    ok: z.boolean(),
    failure: failureView.nullable(),
    warnings: z.array(warning).meta({ description: 'What works but should be changed, such as a token with more than read access.' }),
    checkedAt: timestamp,
    durationMs: z.int(),
  })
  .meta({ id: 'CheckResult', description: 'Whether address, credentials and permissions work.' })

const previewRecord = z
  .strictObject({
    stream: z.string(),
    key: z.string(),
    kind: z.enum(RECORD_KINDS),
    op: z.enum(['upsert', 'delete']),
    title: z.string().nullable(),
    text: z.string().nullable().meta({ description: 'The beginning of the text, at most 2,000 characters.' }),
    url: z.string().nullable(),
    occurredAt: z.string().nullable(),
    data: z.unknown().meta({ description: 'The record as the source has it; numbers keep all their digits.' }),
  })
  .meta({ id: 'PreviewRecord', description: 'A record as it would be stored.' })

export const previewResult = z
  .strictObject({
    ok: z.boolean(),
    failure: failureView.nullable(),
    streams: z.array(z.strictObject({ name: z.string(), kind: z.string(), incremental: z.boolean(), deletes: z.enum(['none', 'events', 'sweep']) })),
    records: z.array(previewRecord),
    rejected: z.array(z.strictObject({ stream: z.string(), reason: z.string(), message: z.string() })),
    durationMs: z.int(),
  })
  .meta({ id: 'PreviewResult', description: 'The first records of a source. Nothing was stored and no cursor moved.' })

export const cursorReset = z
  .strictObject({ streams: z.array(z.string()).meta({ description: 'The streams that will be read from the beginning.' }) })
  .meta({ id: 'CursorReset' })

export const runStarted = z.strictObject({ runId: uuid }).meta({ id: 'RunStarted' })
export const deletion = z.strictObject({ id: uuid, deleting: z.literal(true) }).meta({ id: 'Deletion' })

export const tickPage = pageOf(tick, 'TickPage')

export type TickView = z.infer<typeof tick>
export type CheckResult = z.infer<typeof checkResult>
export type PreviewResult = z.infer<typeof previewResult>
