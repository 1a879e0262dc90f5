import type { SavedSource, SourceDetail } from '@inlet/contract'
import { z } from 'zod'
import { segment, ToolRefusal } from '../inlet-api.js'
import { parsePlanId, toPlanId } from '../plan-id.js'
import { defineTool } from '../tool.js'

/** Makes a proposed change live. Takes only the plan, so that what was shown is what happens. */
export const publishChange = defineTool({
  name: 'publish_change',
  description: 'Make the change of a planId live. Refused when the draft or the live version has changed since, or when a person must do it.',
  scope: 'publish',
  hints: { readOnlyHint: false, destructiveHint: true },
  input: z.object({ planId: z.string().max(500).describe('planId of propose_change.') }),
  output: z.object({ source: z.string(), version: z.number().nullable(), runId: z.string().nullable() }),
  run: async ({ api, approval }, { planId }) => {
    const plan = parsePlanId(planId)
    const source = 'publish' in plan ? plan.publish : plan.start
    const path = `/v1/sources/${segment(source)}`
    if (approval)
      throw new ToolRefusal(403, {
        code: 'APPROVAL_REQUIRED',
        detail: 'here a person publishes what agents propose',
        next: `Ask a person to look at the draft of ${source} and to publish it: POST ${path}/draft/publish.`,
      })
    if ('publish' in plan) {
      const headers = { 'if-match': `"r${plan.revision}"` }
      const saved = await api<SavedSource>({ method: 'POST', path: `${path}/draft/publish`, body: {}, headers })
      return { source: saved.slug, version: saved.version, runId: saved.runId }
    }
    const { revision } = await api<SourceDetail>({ method: 'GET', path })
    if (revision !== plan.revision)
      throw new ToolRefusal(412, {
        code: 'PRECONDITION_FAILED',
        detail: 'the source has changed since it was proposed',
        next: 'Propose the change again.',
      })
    const started = await api<SourceDetail>({ method: 'POST', path: `${path}/resume` })
    const { runId } = await api<{ runId: string }>({
      method: 'POST',
      path: `${path}/run`,
      body: {},
      headers: { 'idempotency-key': toPlanId(plan).slice(0, 200) },
    })
    return { source: started.slug, version: started.version, runId }
  },
})
