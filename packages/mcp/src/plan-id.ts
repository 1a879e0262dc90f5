import { z } from 'zod'
import { ToolRefusal } from './inlet-api.js'

/** What publish_change should do: publish this revision of a draft, or start a source that was registered paused. */
const plan = z.union([z.strictObject({ publish: z.string(), revision: z.int() }), z.strictObject({ start: z.string(), revision: z.int() })])
export type Plan = z.infer<typeof plan>

/** Encodes a plan as an id. It grants nothing: publishing needs the scope, and an outdated revision is refused. */
export const toPlanId = (of: Plan): string => `plan_${Buffer.from(JSON.stringify(of)).toString('base64url')}`

/** Throws a refusal for anything that toPlanId did not create. */
export const parsePlanId = (id: string): Plan => {
  try {
    return plan.parse(JSON.parse(Buffer.from(id.replace(/^plan_/u, ''), 'base64url').toString('utf8')))
  } catch {
    throw new ToolRefusal(422, { code: 'INVALID_PLAN', detail: 'this is not a plan id', next: 'Pass the planId of propose_change.' })
  }
}
