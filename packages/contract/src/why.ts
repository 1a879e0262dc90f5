import { REASONS, type Reason, RUN_STATUSES, SOURCE_STATES, SOURCE_STATUSES, WHY_RULES } from '@inlet/domain'
import { z } from 'zod'
import { timestamp, uuid } from './primitives.js'

const CODES = [...new Set([...WHY_RULES.map(({ code }) => code), ...(Object.keys(REASONS) as Reason[])])]

const blocker = z
  .strictObject({
    code: z.enum(CODES).meta({ description: 'Which blocker it is; of a source that stopped because of a fault, its reason.' }),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'The reason of the fault behind it, the same as in its run and its incident; null without one.' }),
    message: z.string(),
    who: z.enum(['owner', 'operator', 'nobody']).meta({ description: 'Who must act; nobody: it clears by itself.' }),
    next: z.string().meta({ description: 'What to do about it.' }),
    clearsAt: timestamp.nullable().meta({ description: 'When it clears by itself, as far as that is known.' }),
  })
  .meta({ id: 'Blocker', description: 'The one thing that keeps a source from running now.' })

export const why = z
  .strictObject({
    sourceId: uuid,
    at: timestamp.meta({ description: 'When this was found, in database time.' }),
    status: z.enum(SOURCE_STATUSES),
    state: z.enum(SOURCE_STATES),
    running: z.boolean().meta({ description: 'Whether a run is active and advances: then `blocker` says which.' }),
    blocker,
    recheck: z
      .strictObject({
        at: timestamp.meta({ description: 'When it is checked again.' }),
        lastAt: timestamp.nullable(),
        reason: z.string().nullable().meta({ description: 'What the last check found; null when it passed, or there was none.' }),
        message: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'The checks by which a source that stopped because of a fault continues by itself; null where there are none.' }),
    run: z
      .strictObject({
        id: uuid,
        status: z.enum(RUN_STATUSES),
        attempt: z.int().meta({ description: 'How often a worker has begun it, or tried to.' }),
        lastProgressAt: timestamp.meta({ description: 'When something last moved: it was made, begun, read, stored, or was to be woken.' }),
        workerDeaths: z.int().meta({ description: 'Worker processes in a row that ended while they ran the source and it came no further.' }),
      })
      .nullable()
      .meta({ description: 'The active run, and whether it moves; null without one.' }),
    checks: z
      .array(z.strictObject({ check: z.string(), passed: z.boolean() }))
      .meta({ description: 'What was looked at, in order, up to the blocker.' }),
  })
  .meta({ id: 'Why', description: 'Why a source is not running now.' })

export type WhyView = z.infer<typeof why>
