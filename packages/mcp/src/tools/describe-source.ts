import type { RecordPage, SourceDetail, WhyView } from '@inlet/contract'
import { z } from 'zod'
import { shortenText } from '../fit.js'
import { segment } from '../inlet-api.js'
import { quoted } from '../own-words.js'
import { defineTool } from '../tool.js'
import { cleanHidden, cleanText, markUntrusted, untrusted } from '../untrusted.js'

const MAX_SETTINGS = 6_000
const MAX_EXAMPLE = 200

/** Shows one source in full, with why it is not running and what its records look like. */
export const describeSource = defineTool({
  name: 'describe_source',
  description: 'See settings (no secrets), streams, schedule and freshness of a source, why it is not running, fields of its records.',
  scope: 'read',
  hints: { readOnlyHint: true, idempotentHint: true },
  input: z.object({ source: z.string().describe('Its slug or id.') }),
  output: z.looseObject({
    source: z.string(),
    state: z.string(),
    settingsJson: z.string(),
    why: z.looseObject({ code: z.string(), message: z.string(), next: z.string() }),
    data: untrusted.describe('streams, fields, why'),
  }),
  run: async ({ api }, { source: ref }) => {
    const path = `/v1/sources/${segment(ref)}`
    const source = await api<SourceDetail>({ method: 'GET', path })
    const [{ blocker, remarks }, page] = await Promise.all([
      api<WhyView>({ method: 'GET', path: `${path}/why` }),
      api<RecordPage>({ method: 'GET', path: '/v1/records', query: { source: source.slug, limit: 3 } }),
    ])
    const { message, next } = blocker.unquoted
    const isQuoting = message !== blocker.message || next !== blocker.next
    return {
      source: source.slug,
      name: cleanText(source.name),
      connector: source.connector,
      state: source.state,
      version: source.version,
      hasDraft: source.hasDraft,
      schedule: source.schedule === null ? null : `${source.schedule.cron} (${source.schedule.timeZone})`,
      lastSuccessAt: source.lastSuccessAt,
      nextRunAt: source.nextRunAt,
      settingsJson: shortenText(cleanHidden(JSON.stringify({ config: source.config, mapping: source.mapping })), MAX_SETTINGS),
      why: { code: blocker.code, message, who: blocker.who, next, remarks },
      data: markUntrusted(source.slug, {
        ...(isQuoting ? { why: { message: quoted(blocker.message), next: quoted(blocker.next) } } : {}),
        streams: source.streams.slice(0, 50).map(({ name, kind, liveRecords }) => ({ name: cleanText(name), kind, records: liveRecords })),
        fields: fieldsOf(page),
      }),
    }
  },
})

/** Returns the fields of a few records, each with its first example that is not empty. */
const fieldsOf = ({ items }: RecordPage): { readonly name: string; readonly example: string }[] => {
  const examples = new Map<string, string>()
  for (const { data } of items)
    for (const [name, value] of Object.entries(typeof data === 'object' && data !== null ? data : {}))
      if (!examples.has(name) && value !== null && value !== '') examples.set(name, JSON.stringify(value))
  return [...examples].slice(0, 60).map(([name, example]) => ({
    name: shortenText(cleanText(name), 100),
    example: shortenText(cleanText(example), MAX_EXAMPLE),
  }))
}
