import type { Endpoints } from '@inlet/contract'
import { listSources } from '@inlet/db'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from './source-deps.js'
import { toSourceSummary } from './to-source-view.js'

const position = z.tuple([z.string(), z.string()])

export const listSourcesHandler =
  (deps: SourceDeps): Handler<Endpoints['listSources']> =>
  async ({ query }) => {
    const list = listName('listSources', query)
    const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)
    const byName = query.sort.endsWith('name')
    const found = await listSources(deps.database, {
      status: query.status,
      state: query.state,
      connector: query.connector,
      labels: toLabels(query.label),
      text: query.q,
      sortBy: byName ? 'name' : 'createdAt',
      descending: query.sort.startsWith('-'),
      limit: query.limit + 1,
      after: after === null ? null : { value: after[0], id: after[1] },
    })
    const items = found.slice(0, query.limit)
    const last = found.length > query.limit ? items.at(-1) : undefined
    const nextCursor = last === undefined ? null : deps.tokens.encode(list, [byName ? last.nameKey : last.createdAt.toISOString(), last.id])
    return { status: 200, body: { items: items.map(toSourceSummary), nextCursor } }
  }

const toLabels = (pairs: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]))
