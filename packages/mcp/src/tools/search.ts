import type { RecordPage } from '@inlet/contract'
import { z } from 'zod'
import { fitAnswer, fits, shortenText } from '../fit.js'
import { defineTool } from '../tool.js'
import { cleanText, cleanUrl, markUntrusted, untrusted } from '../untrusted.js'

const hit = z.looseObject({
  recordId: z.string(),
  source: z.string(),
  url: z.string().nullable(),
  fetchedAt: z.string(),
  data: untrusted.describe('key, title, snippet, citations'),
})
type Hit = z.input<typeof hit>

const CITATIONS = 3
const EXPLAINED = 5
const TRY = 'Try fewer or other words, or list_sources to see what there is.'

/** A day is its first moment. */
const toMoment = (since: string | undefined): string | undefined =>
  since !== undefined && /^\d{4}-\d\d-\d\d$/u.test(since) ? `${since}T00:00:00Z` : since

type Part = NonNullable<RecordPage['items'][number]['chunks']>[number]

/** The snippet of the best part is that of the hit. */
const toCitation = ({ ordinal, start, end, headings, snippet }: Part, maxChars: number) => ({
  chunk: ordinal,
  start,
  end,
  headings: headings.slice(-3).map((heading) => shortenText(cleanText(heading), 100)),
  ...(maxChars === 0 || snippet === null ? {} : { snippet: shortenText(cleanText(snippet), maxChars) }),
})

/** Returns one page of hits, each with its origin. */
export const search = defineTool({
  name: 'search',
  description:
    'Find records by a question. Cite url and source of a hit; pass the chunk of a citation to read_record for more. "phrase", -without and +must are honored.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({
    q: z.string().min(1).max(10_000).describe('A question or words.'),
    source: z.array(z.string()).max(20).optional().describe('Only these (slugs).'),
    stream: z.string().optional().describe('Only this stream.'),
    kind: z.enum(['document', 'event', 'row', 'item']).optional().describe('Only this kind.'),
    since: z.string().optional().describe('Only fetched since then (ISO 8601).'),
    ensureFresh: z.string().optional().describe('First read sources older than this, e.g. 15m; needs scope write.'),
    limit: z.int().min(1).max(20).default(8).describe('Hits.'),
    cursor: z.string().optional().describe('nextCursor of the page before.'),
  }),
  output: z.object({ hits: z.array(hit), nextCursor: z.string().nullable(), stale: z.array(z.string()), note: z.string().nullable() }),
  run: async ({ api }, query) => {
    // A page that is too large even with the shortest texts is requested again with fewer hits, so that its cursor skips none.
    for (let limit = query.limit; ; limit = Math.ceil(limit / 2)) {
      const page = await api<RecordPage>({ method: 'GET', path: '/v1/records', query: { ...query, since: toMoment(query.since), limit } })
      const answer = toAnswer(page)
      if (fits(answer) || limit === 1) return answer
    }
  },
})

const toAnswer = (page: RecordPage) => {
  const pending = page.index?.pending ?? 0
  const old = (page.freshness ?? []).filter(({ fresh }) => !fresh)
  const stale = old.map(({ source }) => source)
  const fellBack = page.search?.fellBack ?? null
  const notes = [
    ...(page.items.length > 0 ? [] : ['Nothing was found.', pending > 0 ? `${pending} records are not searchable yet: ask again in a moment.` : TRY]),
    ...(page.items.length === 0 || fellBack === null ? [] : [`Searched by words alone: ${fellBack}.`]),
    ...old.slice(0, EXPLAINED).map(({ source, sourceId, because }) => `${source} (${sourceId}) was not refreshed: ${because}.`),
  ]
  const note = notes.length === 0 ? null : notes.join(' ')
  return fitAnswer(
    (maxChars) => ({ hits: page.items.map((item) => toHit(item, maxChars)), nextCursor: page.nextCursor, stale, note }),
    (answer) => answer,
  )
}

const toHit = (item: RecordPage['items'][number], maxChars: number): Hit => ({
  recordId: item.id,
  source: item.provenance.source,
  slug: item.provenance.slug,
  score: item.score ?? 0,
  url: cleanUrl(item.url),
  fetchedAt: item.provenance.fetchedAt,
  occurredAt: item.occurredAt,
  data: markUntrusted(item.provenance.source, {
    stream: cleanText(item.stream),
    key: shortenText(cleanText(item.key), 200),
    title: item.title === null ? null : shortenText(cleanText(item.title), 200),
    snippet: shortenText(cleanText(item.snippet ?? ''), maxChars),
    citations: (item.chunks ?? []).slice(0, CITATIONS).map((part, n) => toCitation(part, n === 0 ? 0 : Math.min(maxChars, 300))),
  }),
})
