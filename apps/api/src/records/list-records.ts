import { durationSeconds, type Endpoints, type ListRecordsQuery } from '@inlet/contract'
import { countListFacets, findSourceIds, listRecords, type RecordFilter, toListedJson } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { parseWhere } from '@inlet/search'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import { requireScope } from '../http/principal.js'
import { closeSignal, type Handler } from '../http/reply.js'
import type { QueueDeps } from '../source-access/after-commit.js'
import { unknownSource } from '../source-access/lookup.js'
import { ensureFresh } from './ensure-fresh.js'
import { checkFacets, MAX_PAGE_BYTES, type PageRequest, type RecordPageJson, toFields, toPageJson } from './record-json.js'
import { type SearchDeps, searchPage } from './search-page.js'

export type RecordDeps = SearchDeps & QueueDeps

const listPosition = z.tuple([z.string(), z.int(), z.string()])

export const listRecordsHandler =
  (deps: RecordDeps): Handler<Endpoints['listRecords']> =>
  async ({ query, principal, response }) => {
    // This starts runs, and so causes work on the systems that are read.
    if (query.ensureFresh !== undefined && principal !== null) requireScope(principal, 'write')
    checkFacets(query.facets)
    const sourceIds = query.source.length === 0 ? undefined : await getSourceIds(deps, query.source)
    const maxAgeSeconds = query.ensureFresh === undefined ? null : durationSeconds(query.ensureFresh)
    const filter = toFilter(query, sourceIds)
    const freshness =
      maxAgeSeconds === null
        ? undefined
        : await ensureFresh(deps, {
            sourceIds: sourceIds ?? null,
            maxAgeSeconds,
            waitMs: query.wait * 1_000,
            searched: query.q !== undefined,
            signal: closeSignal(response),
          })
    const list = listName('listRecords', { ...query, ensureFresh: undefined, wait: undefined })
    const request = { query, filter, list }
    const { items, ...rest } = await (query.q === undefined ? listPage(deps, request) : searchPage(deps, query.q, request))
    return { status: 200, json: toPageJson(items, { ...rest, ...(freshness === undefined ? {} : { freshness }) }) }
  }

const getSourceIds = async (deps: RecordDeps, refs: readonly string[]): Promise<readonly string[]> => {
  const ids = await findSourceIds(deps.database, refs)
  const unknown = ids.indexOf(null)
  if (unknown !== -1) throw await unknownSource(deps, refs[unknown] ?? '')
  return ids.filter((id) => id !== null)
}

const toFilter = (query: ListRecordsQuery, sourceIds: readonly string[] | undefined): RecordFilter => ({
  sourceIds,
  connector: query.connector,
  labels: Object.fromEntries(query.label.map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)])),
  stream: query.stream,
  kind: query.kind,
  since: latest(query.since, query.fetchedAfter),
  fetchedBefore: query.fetchedBefore,
  occurredAfter: query.occurredAfter,
  occurredBefore: query.occurredBefore,
  where: query.where.map((text) => {
    const condition = parseWhere(text)
    if (condition !== null) return condition
    throw new Failure('VALIDATION_FAILED', `'${text.slice(0, 100)}' is no condition on data`, {
      field: 'where',
      next: 'Write data.name:value, data.name:one,two, data.name!:value, data.name>=10 or data.name:*.',
    })
  }),
  deleted: query.deleted,
})

const latest = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Date.parse(a) > Date.parse(b) ? a : b

const listPage = async (deps: RecordDeps, { query, filter, list }: PageRequest): Promise<RecordPageJson> => {
  if (query.sort === 'relevance')
    throw new Failure('VALIDATION_FAILED', 'relevance needs a question', { field: 'sort', next: 'Send q, or sort by time.' })
  const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, listPosition)
  const { records, next } = await listRecords(deps.database, {
    ...filter,
    sort: query.sort ?? 'fetchedAt',
    after: after === null ? null : { at: after[0], streamId: after[1], keyHash: after[2] },
    fields: toFields(query.fields),
    limit: query.limit,
    maxBytes: MAX_PAGE_BYTES,
  })
  return {
    items: records.map(toListedJson),
    nextCursor: next === null ? null : deps.tokens.encode(list, [next.at, next.streamId, next.keyHash]),
    ...(query.facets.length === 0 ? {} : { facets: await countListFacets(deps.database, filter, query.facets) }),
  }
}
