import { z } from 'zod'
import { pageOf, timestamp, uuid } from '../primitives.js'
import { failureView } from '../problem.js'

export const tick = z
  .strictObject({
    scheduledFor: timestamp,
    outcome: z.enum(['ran', 'coalesced', 'skipped', 'paused', 'missed']),
    reason: z.string().nullable(),
    runId: uuid.nullable(),
    count: z.int().meta({ description: 'More than one when a very long gap is summed up.' }),
    recordedAt: timestamp,
  })
  .meta({ id: 'Tick', description: 'A due moment of the schedule and what became of it.' })

export const version = z
  .strictObject({
    number: z.int(),
    state: z.enum(['draft', 'published', 'retired']),
    config: z.record(z.string(), z.unknown()),
    createdAt: timestamp,
    publishedAt: timestamp.nullable(),
  })
  .meta({ id: 'SourceVersion', description: 'An immutable version of the config of a source.' })

export const quarantined = z
  .strictObject({
    id: z.string(),
    runId: uuid,
    stream: z.string(),
    key: z.string().nullable(),
    reason: z.string(),
    message: z.string(),
    raw: z.string().nullable().meta({ description: 'The beginning of the raw input, at most 64 KiB.' }),
    createdAt: timestamp,
  })
  .meta({ id: 'QuarantinedRecord', description: 'A record that could not be stored, with the reason.' })

export const checkResult = z
  .strictObject({
    ok: z.boolean(),
    failure: failureView.nullable(),
    checkedAt: timestamp,
    durationMs: z.int(),
  })
  .meta({ id: 'CheckResult', description: 'Whether source, credentials and permissions work.' })

export const runStarted = z.strictObject({ runId: uuid }).meta({ id: 'RunStarted' })
export const deletion = z.strictObject({ id: uuid, deleting: z.literal(true) }).meta({ id: 'Deletion' })

export const tickPage = pageOf(tick, 'TickPage')
export const versionPage = pageOf(version, 'SourceVersionPage')
export const quarantinePage = pageOf(quarantined, 'QuarantinePage')

export type TickView = z.infer<typeof tick>
export type VersionView = z.infer<typeof version>
export type QuarantinedView = z.infer<typeof quarantined>
export type CheckResult = z.infer<typeof checkResult>
