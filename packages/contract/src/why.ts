import { REASONS, REMARK_CODES, type Reason, RUN_STATUSES, SOURCE_STATES, SOURCE_STATUSES, WHY_RULES } from '@inlet/domain'
import { z } from 'zod'
import { timestamp, uuid } from './primitives.js'

const CODES = [...new Set([...WHY_RULES.map(({ code }) => code), ...(Object.keys(REASONS) as Reason[])])]

const blocker = z
  .strictObject({
    code: z.enum(CODES).meta({ description: 'The kind of blocker. For a source that stopped because of a failure: its reason.' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'The reason of the failure behind it, the same as in the run and the incident. Null if there is none.' }),
    message: z.string(),
    who: z.enum(['owner', 'operator', 'nobody']).meta({ description: 'Who must act. `nobody`: it clears by itself.' }),
    next: z.string().meta({ description: 'What to do about it.' }),
    clearsAt: timestamp.nullable().meta({ description: 'When it clears by itself, if that is known.' }),
    inQuarantine: z.boolean().meta({ description: 'Whether records in quarantine are part of it: they can be corrected, retried or dropped there.' }),
    unquoted: z.strictObject({ message: z.string(), next: z.string() }).meta({
      description:
        '`message` and `next` without words of other systems and records, such as error texts, for readers that might take them for instructions.',
    }),
  })
  .meta({ id: 'Blocker', description: 'What keeps a source from running now.' })

export const why = z
  .strictObject({
    sourceId: uuid,
    at: timestamp.meta({ description: 'When this was determined, in the time of the database.' }),
    status: z.enum(SOURCE_STATUSES),
    state: z.enum(SOURCE_STATES),
    running: z.boolean().meta({ description: 'Whether a run is active and makes progress. `blocker` then describes that run.' }),
    blocker,
    recheck: z
      .strictObject({
        at: timestamp.meta({ description: 'When the source is checked again.' }),
        lastAt: timestamp.nullable(),
        reason: z.string().nullable().meta({ description: 'What the last check found. Null if it passed or there was none.' }),
        message: z.string().nullable(),
      })
      .nullable()
      .meta({
        description: 'The automatic checks after which a source that stopped because of a failure continues by itself. Null if there are none.',
      }),
    run: z
      .strictObject({
        id: uuid,
        status: z.enum(RUN_STATUSES),
        attempt: z.int().meta({ description: 'How often a worker has begun the run or tried to.' }),
        lastProgressAt: timestamp.meta({ description: 'When the run last made progress: it was created, begun, read, stored, or due to continue.' }),
        workerDeaths: z
          .int()
          .meta({ description: 'Number of worker processes in a row that ended while they ran the source, without any progress.' }),
      })
      .nullable()
      .meta({ description: 'The active run and its progress. Null if there is none.' }),
    checks: z
      .array(z.strictObject({ check: z.string(), passed: z.boolean() }))
      .meta({ description: 'What was checked, in order, up to the blocker.' }),
    remarks: z
      .array(z.strictObject({ code: z.enum(REMARK_CODES), message: z.string(), next: z.string().meta({ description: 'What to do about it.' }) }))
      .meta({ description: 'What else is worth knowing about the source, although it does not keep it from running.' }),
  })
  .meta({ id: 'Why', description: 'Why a source is not running now.' })

export type WhyView = z.infer<typeof why>
