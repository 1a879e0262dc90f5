import type { SourcePage } from '@inlet/contract'
import { z } from 'zod'
import { defineTool } from '../tool.js'
import { cleanText } from '../untrusted.js'

/** Lists the sources, one line each. */
export const listSources = defineTool({
  name: 'list_sources',
  description: 'See which sources are registered, whether they are fresh, and how their last run ended.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({
    text: z.string().min(1).max(200).optional().describe('Part of a name or slug.'),
    state: z.enum(['INIT', 'STARTING', 'RUNNING', 'ERROR', 'STOPPED']).optional().describe('Only sources in this state.'),
    limit: z.int().min(1).max(50).default(30).describe('How many.'),
    cursor: z.string().optional().describe('nextCursor of the page before.'),
  }),
  output: z.object({
    sources: z.array(z.looseObject({ source: z.string(), name: z.string(), state: z.string(), lastSuccessAt: z.string().nullable() })),
    nextCursor: z.string().nullable(),
  }),
  run: async ({ api }, { text, ...query }) => {
    const page = await api<SourcePage>({ method: 'GET', path: '/v1/sources', query: { ...query, q: text } })
    const sources = page.items.map(({ slug, name, connector, state, lastRun, lastSuccessAt, nextRunAt }) => ({
      source: slug,
      name: cleanText(name),
      connector,
      state,
      lastOutcome: lastRun?.outcome ?? null,
      lastSuccessAt,
      nextRunAt,
    }))
    return { sources, nextCursor: page.nextCursor }
  },
})
