import type { GenerationView, SinkView } from '@inlet/contract'
import { shorten, toPairs, toRelative } from '../output/format.js'
import type { Resource } from './resource.js'

const SINK = '5d3c1a60-1f0e-4c55-8f4a-2f6f6d0f7f21'
const GENERATION = '0c9a7a52-6a5e-4f0e-9a55-3c2a5a1b9d10'

const lagOf = ({ lag }: SinkView): string =>
  lag.changes === null ? 'filling up' : lag.seconds === null ? 'none' : `${lag.changes} changes, ${Math.round(lag.seconds)} s`

export const SINKS: Resource<SinkView> = {
  noun: 'sinks',
  about: 'addresses that changes are delivered to',
  ref: ({ id }) => id,
  list: {
    about: 'sinks with their status and how far they are behind',
    path: () => '/v1/sinks',
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'STATUS', cell: ({ status }) => status },
      { title: 'LAG', cell: lagOf },
      { title: 'DELIVERED', cell: ({ delivered }) => String(delivered) },
      { title: 'WHY', cell: ({ why }) => shorten(why, 60) },
      { title: 'URL', cell: ({ url }) => url, wide: true },
      { title: 'LAST', cell: ({ deliveredAt }, { now }) => toRelative(deliveredAt, now), wide: true },
    ],
    none: 'No sinks. Name an address with `inlet sinks create`.',
    examples: ['inlet sinks', 'inlet sinks -o wide --watch'],
  },
  get: {
    about: 'one sink with its status and the cause, without its secret',
    argument: '<sink>',
    text: 'id of a sink',
    path: (ref) => `/v1/sinks/${ref}`,
    lines: (sink: SinkView, { now }) =>
      toPairs([
        ['name', sink.name],
        ['id', sink.id],
        ['kind', sink.kind],
        ['url', sink.url],
        ['status', sink.status],
        ['why', sink.why],
        ['what to do', sink.next],
        ['lag', lagOf(sink)],
        ['delivered', `${sink.delivered} changes, the last ${toRelative(sink.deliveredAt, now)}`],
        ['next try', sink.nextAt],
        ['last answer', sink.lastStatus],
        ['sources', sink.sources.length === 0 ? 'all' : sink.sources.join(', ')],
        ['stream', sink.stream],
        ['record kind', sink.recordKind],
        ['batch size', sink.batchSize],
      ]),
    examples: [`inlet sinks get ${SINK}`],
  },
}

export const GENERATIONS: Resource<GenerationView> = {
  noun: 'generations',
  about: 'models whose vectors search uses or will use',
  ref: ({ id }) => id,
  list: {
    about: 'generations of vectors with their progress, oldest first',
    path: () => '/v1/search/generations',
    columns: [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'MODEL', cell: ({ model }) => model },
      { title: 'ACTIVE', cell: ({ active }) => (active ? 'yes' : 'no') },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'HAVE VECTORS', cell: ({ coverage }) => `${Math.floor(coverage * 1_000) / 10} %` },
      { title: 'WAITING', cell: ({ waiting }) => String(waiting) },
      { title: 'PROBLEM', cell: ({ problem }) => shorten(problem ?? '–', 60) },
      { title: 'URL', cell: ({ url }) => url, wide: true },
      { title: 'WEIGHT', cell: ({ weight }) => String(weight), wide: true },
      { title: 'STORAGE', cell: ({ storage }) => storage, wide: true },
      { title: 'TOKENS TODAY', cell: ({ tokensToday, tokensPerDay }) => `${tokensToday} of ${tokensPerDay ?? 'any'}`, wide: true },
    ],
    none: 'No generation of vectors: search finds by words alone. Make one with `inlet generations create`.',
    examples: ['inlet generations', 'inlet generations -o wide --watch'],
  },
  get: {
    about: 'one generation with its progress',
    argument: '<generation>',
    text: 'id of a generation',
    path: (ref) => `/v1/search/generations/${ref}`,
    lines: (one: GenerationView, { now }) =>
      toPairs([
        ['id', one.id],
        ['model', `${one.model}, ${one.dimensions} dimensions`],
        ['url', one.url],
        ['active', one.active ? `yes, since ${toRelative(one.activatedAt, now)}` : 'no'],
        ['state', one.state],
        ['problem', one.problem],
        ['records', `${one.records}, of which ${one.waiting} wait and ${one.failed} were refused`],
        ['weight', one.weight],
        ['storage', one.storageReason === null ? one.storage : `${one.storage}: ${one.storageReason}`],
        ['tokens', `${one.tokensToday} today, ${one.tokensTotal} in all`],
        ['tokens a day', one.tokensPerDay],
        ['reranked by', one.rerank?.model],
      ]),
    examples: [`inlet generations get ${GENERATION}`],
  },
}
