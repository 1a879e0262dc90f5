import type { QuarantinedView } from '@inlet/contract'
import { z } from 'zod'
import { shortenText } from '../fit.js'
import { segment } from '../inlet-api.js'
import { defineTool } from '../tool.js'
import { cleanText, markUntrusted, untrusted } from '../untrusted.js'

const SAMPLES = 3
const LOOKED_AT = 100

/** What could not be stored, by reason. */
export const listQuarantine = defineTool({
  name: 'list_quarantine',
  description: 'See which records of a source could not be stored, grouped by reason with samples of their raw content.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({ source: z.string().describe('Its slug or id.'), reason: z.string().optional().describe('Only this reason.') }),
  output: z.object({
    groups: z.array(z.looseObject({ reason: z.string(), count: z.number(), data: untrusted.describe('samples') })),
    lookedAt: z.number(),
    more: z.boolean(),
  }),
  run: async ({ api }, { source, reason }) => {
    const path = `/v1/sources/${segment(source)}/quarantine`
    const page = await api<{ items: QuarantinedView[]; nextCursor: string | null }>({
      method: 'GET',
      path,
      query: { state: 'open', reason, limit: LOOKED_AT },
    })
    const groups = new Map<string, QuarantinedView[]>()
    for (const item of page.items) {
      const key = JSON.stringify([item.reason, item.stream])
      groups.set(key, [...(groups.get(key) ?? []), item])
    }
    return {
      groups: [...groups.values()].slice(0, 20).map((items) => toGroup(source, items)),
      lookedAt: page.items.length,
      more: page.nextCursor !== null,
    }
  },
})

const toGroup = (source: string, items: readonly QuarantinedView[]) => ({
  reason: items[0]?.reason ?? '',
  stream: items[0]?.stream ?? '',
  count: items.length,
  latestAt: items[0]?.createdAt ?? '',
  data: markUntrusted(source, {
    samples: items.slice(0, SAMPLES).map(({ id, message, raw }) => ({
      id,
      message: shortenText(cleanText(message), 200),
      raw: shortenText(cleanText(raw ?? ''), 300),
    })),
  }),
})
