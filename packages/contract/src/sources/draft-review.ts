import { RECORD_CHANGES, RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { type Frozen, pageOf, plainText, timestamp } from '../primitives.js'
import { failureView } from '../problem.js'
import { fieldChange } from './field-change.js'
import { warning } from './source.js'

const recordChange = z
  .strictObject({
    kind: z.enum(RECORD_CHANGES),
    stream: z.string(),
    key: z.string(),
    newKey: z.string().optional().meta({ description: 'With keyChanged.' }),
    fields: z.array(fieldChange).optional().meta({ description: 'What differs, with changed and keyChanged; at most 20.' }),
    reason: z.string().optional().meta({ description: 'With rejected.' }),
    message: z.string().optional().meta({ description: 'With rejected.' }),
  })
  .meta({ id: 'RecordChange', description: 'What the draft would do to one record.' })

export const draftReview = z
  .strictObject({
    passes: z.boolean().meta({ description: 'Whether nothing blocks publishing.' }),
    records: z.int().meta({ description: 'Raw records that both versions were tried on.' }),
    source: z
      .enum(['kept', 'read'])
      .meta({ description: 'kept: the latest records of earlier runs. read: read just now, at most 50 of each stream.' }),
    liveFailure: failureView.nullable().meta({ description: 'Why the live version could not be read for comparison.' }),
    counts: z.strictObject({
      unchanged: z.int(),
      changed: z.int(),
      added: z.int(),
      removed: z.int(),
      keyChanged: z.int(),
      rejected: z.int().meta({ description: 'Rejected by the draft, and not so by the live version.' }),
      notCompared: z.int().meta({ description: 'Only in the sample of one version, of a stream that was not read to its end.' }),
    }),
    changes: z.array(recordChange).meta({ description: 'Samples, at most 20, the gravest first.' }),
    examples: z.strictObject({
      total: z.int(),
      broken: z.array(z.strictObject({ name: z.string(), stream: z.string(), message: z.string() })),
    }),
    warnings: z.array(warning).meta({
      description: 'What somebody should look at; blocks nothing. `STREAM_UNKNOWN`: the mapping names a stream that the source does not have.',
    }),
  })
  .meta({ id: 'DraftReview', description: 'What publishing the draft would change in the records.' })

const key = z.union([z.string().max(4_096), z.number(), z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).min(1)])
const members = {
  kind: z.enum(RECORD_KINDS).optional(),
  title: z.string().nullable().optional(),
  text: z.string().nullable().optional(),
  url: z.string().nullable().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  occurredAt: z.string().nullable().optional(),
}

export const saveExampleBody = z
  .strictObject({
    stream: plainText(200),
    record: z
      .strictObject({
        key,
        kind: z.enum(RECORD_KINDS).default('row'),
        title: z.string().optional(),
        text: z.string().optional(),
        url: z.string().optional(),
        data: z.record(z.string(), z.unknown()).default({}),
        occurredAt: z.string().optional(),
      })
      .meta({ description: 'The raw record, as the connector yields it.' }),
    expected: z
      .array(z.strictObject({ key: key.optional(), ...members }))
      .max(100)
      .meta({
        description: 'The records the mapping must make of it, in order; none: it must be dropped. Members that are left out may be anything.',
      }),
  })
  .meta({ id: 'SaveExample', description: 'What the mapping must make of a record.' })

export const example = z
  .strictObject({ name: z.string(), ...saveExampleBody.shape, record: z.record(z.string(), z.unknown()), createdAt: timestamp, updatedAt: timestamp })
  .meta({ id: 'MappingExample', description: 'A record and what the mapping of the source must make of it.' })

export const exampleList = pageOf(example, 'MappingExampleList')

export const exampleName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
  .meta({ description: 'The name of the example: letters, digits and . _ -', example: 'refund' })

export type DraftReview = Frozen<z.infer<typeof draftReview>>
export type ExampleView = z.infer<typeof example>
