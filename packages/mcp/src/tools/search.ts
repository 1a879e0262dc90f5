import type { RecordPage } from '@inlet/contract'
import { z } from 'zod'
import { fitAnswer, shortenText } from '../fit.js'
import { defineTool } from '../tool.js'
import { cleanText, cleanUrl, markUntrusted, untrusted } from '../untrusted.js'

const hit = z.looseObject({
  recordId: z.string(),
  source: z.string(),
  url: z.string().nullable(),
  fetchedAt: z.string(),
  data: untrusted.describe('key, title, snippet'),
})
type Hit = z.input<typeof hit>

/** One page of hits, each with where it comes from. */
export const search = defineTool({
  name: 'search',
  description:
    'Find records by a question in plain language. Cite url and source of a hit; call read_record for more than its snippet. "phrase", -without and +must are honored.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({
    q: z.string().min(1).max(10_000).describe('A question or words.'),
    source: z.array(z.string()).max(20).optional().describe('Only these sources (slugs).'),
    stream: z.string().optional().describe('Only this stream.'),
    kind: z.enum(['document', 'event', 'row', 'item']).optional().describe('Only records of this kind.'),
    since: z.string().optional().describe('Only records fetched since this time (ISO 8601).'),
    ensureFresh: z.string().optional().describe('First read sources whose last success is older, e.g. 15m; needs the scope write.'),
    limit: z.int().min(1).max(20).default(8).describe('How many hits.'),
    cursor: z.string().optional().describe('nextCursor of the page before.'),
  }),
  output: z.object({ hits: z.array(hit), nextCursor: z.string().nullable(), stale: z.array(z.string()), note: z.string().nullable() }),
  run: async ({ api }, query) => {
    const page = await api<RecordPage>({ method: 'GET', path: '/v1/records', query })
    const toHit =
      (maxChars: number) =>
      (item: RecordPage['items'][number]): Hit => ({
        recordId: item.id,
        source: item.provenance.source,
        stream: item.stream,
        score: item.score ?? 0,
        url: cleanUrl(item.url),
        fetchedAt: item.provenance.fetchedAt,
        occurredAt: item.occurredAt,
        data: markUntrusted(item.provenance.source, {
          key: shortenText(cleanText(item.key), 200),
          title: item.title === null ? null : shortenText(cleanText(item.title), 200),
          snippet: shortenText(cleanText(item.snippet ?? ''), maxChars),
        }),
      })
    const pending = page.index?.pending ?? 0
    const stale = (page.freshness ?? []).filter(({ fresh }) => !fresh).map(({ source }) => source)
    const note =
      page.items.length === 0
        ? `Nothing was found. ${pending > 0 ? `${pending} records are not searchable yet: ask again in a moment.` : 'Try fewer or other words, or list_sources to see what there is.'}`
        : null
    return fitAnswer(
      (maxChars) => ({ hits: page.items.map(toHit(maxChars)), nextCursor: page.nextCursor, stale, note }),
      (answer, count) => ({
        ...answer,
        hits: answer.hits.slice(0, -count),
        nextCursor: null,
        note: 'Some hits were left out; ask with a smaller limit.',
      }),
    )
  },
})
