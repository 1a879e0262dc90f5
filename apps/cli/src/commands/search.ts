import type { RecordHit, RecordPage, SourceSummary } from '@inlet/contract'
import { type ApiClient, withQuery } from '../client/api-client.js'
import { collect, listAll } from '../client/list-all.js'
import { printable, shorten } from '../output/format.js'
import { isForPeople } from '../output/print.js'
import type { Terminal } from '../terminal/terminal.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

export interface SearchFlags extends RemoteFlags {
  readonly source?: readonly string[]
  readonly connector?: string
  readonly label?: readonly string[]
  readonly stream?: string
  readonly kind?: string
  readonly where?: readonly string[]
  readonly fetchedAfter?: string
  readonly fetchedBefore?: string
  readonly occurredAfter?: string
  readonly occurredBefore?: string
  readonly sort?: string
  readonly recency?: string
  readonly facet?: readonly string[]
  readonly field?: readonly string[]
  readonly explain?: boolean
  readonly mode?: string
  readonly generation?: string
  readonly ensureFresh?: string
  readonly limit: number
  readonly cursor?: string
}

/** `inlet search`: shows matching records, best first; without words the newest ones. */
export const search = async (words: readonly string[], flags: SearchFlags, context: CommandContext): Promise<void> => {
  const { url: _url, key: _key, data: _data, context: _context, output: _output, json: _json, facet: facets, field: fields, ...query } = flags
  const q = words.length === 0 ? undefined : words.join(' ')
  const api = openApi(flags, context)
  const page = await api.call<RecordPage>('GET', withQuery('/v1/records', { q, ...query, facets, fields }))
  const nothing = page.items.length === 0 && isForPeople(flags) ? await explainNothing(api, flags) : []
  show(context, flags, page, () => [
    ...(page.freshness ?? []).filter(({ fresh }) => !fresh).map((one) => `! ${printable(one.source)} is not fresh: ${one.because ?? ''}`),
    ...(typeof page.search?.fellBack === 'string' ? [`! Words alone answer: ${printable(page.search.fellBack)}.`] : []),
    ...(page.index === undefined || page.index.pending === 0 ? [] : [`! ${page.index.pending} records are not searchable yet.`]),
    ...(page.items.length === 0 ? nothing : page.items.flatMap((hit) => hitLines(hit, context.terminal))),
    ...facetLines(page, context.terminal),
    ...(page.nextCursor === null ? [] : ['', context.terminal.dim(`More with --cursor ${page.nextCursor}`)]),
  ])
}

const explainNothing = async (api: ApiClient, { source = [], connector }: SearchFlags): Promise<readonly string[]> => {
  const sources = await collect(listAll<SourceSummary>(api, '/v1/sources', { connector, sort: 'name', limit: 200 }))
  return nothingLines(source.length === 0 ? sources : sources.filter(({ id, slug }) => source.includes(id) || source.includes(slug)))
}

/** Explains an empty result; `sources` are those that were searched. */
export const nothingLines = (sources: readonly Pick<SourceSummary, 'slug' | 'lastSuccessAt'>[]): readonly string[] => {
  const [first, ...more] = sources.filter(({ lastSuccessAt }) => lastSuccessAt === null).map(({ slug }) => slug)
  if (sources.length === 0) return ['No records match: there is no source to search. `inlet sources create <file>` makes one.']
  if (first === undefined) return ['No records match. `inlet test <source>` shows what is read of a source, and what it can be found by.']
  return [`No records match. Not read to the end yet: ${[first, ...more].join(', ')}; \`inlet why ${first}\` says why.`]
}

/** Shows a hit with its position and the matching text. */
export const hitLines = (hit: RecordHit, terminal: Terminal): readonly string[] => {
  const { title, key, url, stream, provenance, snippet, why } = hit
  const text = typeof snippet === 'string' ? shorten(printable(snippet.replaceAll(/\s+/gu, ' ')), 240) : ''
  const place = (hit.chunks?.[0]?.headings ?? []).join(' › ')
  return [
    terminal.bold(printable(title ?? (summaryOf(hit.data) || key))),
    `  ${terminal.dim(printable(`${provenance.source} · ${stream} · ${key}${url === null ? '' : ` · ${url}`}${place === '' ? '' : ` · ${place}`}`))}`,
    ...(text === '' ? [] : [`  ${text}`]),
    ...(why === undefined ? [] : [`  ${terminal.dim(printable(why.map(({ word, weight }) => `${word} ${weight.toFixed(2)}`).join(', ')))}`]),
  ]
}

const MAX_MEMBERS = 4

/** Summarizes a record without a title, such as a row, by its first short values. */
const summaryOf = (data: unknown): string =>
  Object.entries(typeof data === 'object' && data !== null && !Array.isArray(data) ? data : {})
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= 60)
    .slice(0, MAX_MEMBERS)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')

const facetLines = ({ facets = [] }: RecordPage, terminal: Terminal): readonly string[] =>
  facets.flatMap(({ field, values, more }) => [
    '',
    terminal.bold(printable(field)),
    ...values.map(({ value, count }) => `  ${printable(value)}  ${count}`),
    ...(more ? ['  …'] : []),
  ])
