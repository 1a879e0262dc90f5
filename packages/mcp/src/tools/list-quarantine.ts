import type { QuarantinedView, QuarantineGroups } from '@inlet/contract'
import { z } from 'zod'
import { fitAnswer, shortenText } from '../fit.js'
import { type InletApi, segment } from '../inlet-api.js'
import { knownReason, stepOf } from '../own-words.js'
import { defineTool } from '../tool.js'
import { cleanText, markUntrusted, untrusted } from '../untrusted.js'

const SAMPLES = 3
const GROUPS = 20

/** Shows everything that could not be stored, counted by reason. */
export const listQuarantine = defineTool({
  name: 'list_quarantine',
  description: 'See which records of a source could not be stored: counted by reason, with samples and the next step.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({ source: z.string().describe('Its slug or id.'), reason: z.string().optional().describe('Only this reason.') }),
  output: z.object({
    total: z.number(),
    groups: z.array(z.looseObject({ reason: z.string(), count: z.number(), data: untrusted.describe('samples') })),
    more: z.boolean(),
  }),
  run: async ({ api }, { source, reason }) => {
    const { items } = await api<QuarantineGroups>({ method: 'GET', path: '/v1/overview/quarantine', query: { source } })
    const wanted = items.filter((group) => reason === undefined || group.reason === reason)
    const shown = await Promise.all(wanted.slice(0, GROUPS).map(async (group) => ({ group, samples: await readSamples(api, source, group) })))
    return fitAnswer(
      (maxChars) => ({
        total: wanted.reduce((sum, { count }) => sum + count, 0),
        groups: shown.map(({ group, samples }) => ({
          reason: knownReason(group.reason),
          count: group.count,
          lastSeenAt: group.lastSeenAt,
          retryable: samples.some(({ retryable }) => retryable),
          next: stepOf(group.reason, source),
          data: markUntrusted(source, {
            stream: cleanText(group.stream),
            samples: samples.map(({ id, key, message, raw }) => ({
              id,
              key: key === null ? null : shortenText(cleanText(key), 200),
              message: shortenText(cleanText(message), 200),
              raw: shortenText(cleanText(raw ?? ''), Math.min(maxChars, 400)),
            })),
          }),
        })),
        more: wanted.length > GROUPS,
      }),
      (answer, count) => ({ ...answer, groups: answer.groups.slice(0, -count), more: true }),
    )
  },
})

const readSamples = async (
  api: InletApi,
  source: string,
  { stream, reason }: QuarantineGroups['items'][number],
): Promise<readonly QuarantinedView[]> => {
  const query = { state: 'open', limit: SAMPLES, reason, ...(stream === '' ? {} : { stream }) }
  return (await api<{ items: readonly QuarantinedView[] }>({ method: 'GET', path: `/v1/sources/${segment(source)}/quarantine`, query })).items
}
