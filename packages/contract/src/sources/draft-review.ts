import { RECORD_CHANGES, RECORD_KINDS } from '@inlet/domain'
import { z } from 'zod'
import { type Frozen, pageOf, plainText, timestamp } from '../primitives.js'
import { failureView } from '../problem.js'
import { warning } from './source.js'

export const fieldChange = z
  .strictObject({
    path: z.string().meta({ example: 'config.headers.accept' }),
    before: z.unknown().optional().meta({ description: 'Absent if the field was added.' }),
    after: z.unknown().optional().meta({ description: 'Absent if the field was removed.' }),
  })
  .meta({ id: 'FieldChange', description: 'A field that differs.' })

const recordChange = z
  .strictObject({
    kind: z.enum(RECORD_CHANGES),
    stream: z.string(),
    key: z.string(),
    newKey: z.string().optional().meta({ description: 'Only for `keyChanged`.' }),
    fields: z.array(fieldChange).optional().meta({ description: 'For `changed` and `keyChanged`: the fields that differ, at most 20.' }),
    reason: z.string().optional().meta({ description: 'Only for `rejected`.' }),
    message: z.string().optional().meta({ description: 'Only for `rejected`.' }),
  })
  .meta({ id: 'RecordChange', description: 'The effect of the draft on one record.' })

export const draftReview = z
  .strictObject({
    passes: z.boolean().meta({ description: 'Whether nothing blocks publishing.' }),
    records: z.int().meta({ description: 'Number of raw records that both versions were tried on.' }),
    source: z
      .enum(['kept', 'read'])
      .meta({ description: '`kept`: the latest records of earlier runs. `read`: records read for this review, at most 50 per stream.' }),
    liveFailure: failureView.nullable().meta({ description: 'Why the live version could not be read for comparison.' }),
    counts: z.strictObject({
      unchanged: z.int(),
      changed: z.int(),
      added: z.int(),
      removed: z.int(),
      keyChanged: z.int(),
      rejected: z.int().meta({ description: 'Rejected by the draft, but not by the live version.' }),
      notCompared: z.int().meta({ description: 'Present in the sample of only one version, in a stream that was not read to its end.' }),
    }),
    changes: z.array(recordChange).meta({ description: 'At most 20 examples, most severe first.' }),
    examples: z.strictObject({
      total: z.int(),
      broken: z.array(z.strictObject({ name: z.string(), stream: z.string(), message: z.string() })),
    }),
    warnings: z.array(warning).meta({
      description:
        'What should be reviewed. Warnings do not block publishing. `STREAM_UNKNOWN`: the mapping names a stream that the source does not have.',
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
        description:
          'The records that the mapping must produce, in order. Empty: the record must be dropped. Members that are left out may have any value.',
      }),
  })
  .meta({ id: 'SaveExample', description: 'A record and the expected result of the mapping.' })

export const example = z
  .strictObject({ name: z.string(), ...saveExampleBody.shape, record: z.record(z.string(), z.unknown()), createdAt: timestamp, updatedAt: timestamp })
  .meta({ id: 'MappingExample', description: 'A record and the expected result of the mapping.' })

export const exampleList = pageOf(example, 'MappingExampleList')

export const exampleName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
  .meta({ description: 'The name of the example, from letters, digits and `. _ -`.', example: 'refund' })

export type DraftReview = Frozen<z.infer<typeof draftReview>>
export type ExampleView = z.infer<typeof example>
