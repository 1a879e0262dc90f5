import { durationSeconds, type Endpoints, type ListRecordsQuery } from '@inlet/contract'
import { findSourceIds, listRecords, MAX_RANKED, type RecordFilter, searchRecords } from '@inlet/db'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import { requireScope } from '../http/principal.js'
import { closeSignal, type Handler } from '../http/reply.js'
import { sourceNotFound } from '../source-access/find-source.js'
import { ensureFresh } from './ensure-fresh.js'
import { toHitJson, toPageJson } from './record-json.js'
import type { RecordDeps } from './records.js'

/** Data of a page; larger records make it shorter. */
const MAX_PAGE_BYTES = 8_388_608

const listPosition = z.tuple([z.string(), z.int(), z.string()])
const searchPosition = z.tuple([z.int().min(0).max(MAX_RANKED)])

interface Page {
  readonly items: readonly string[]
  readonly nextCursor: string | null
  readonly truncated?: boolean
}

export const listRecordsHandler =
  (deps: RecordDeps): Handler<Endpoints['listRecords']> =>
  async ({ query, principal, response }) => {
    // It starts runs, and so work at the systems that are read.
    if (query.ensureFresh !== undefined && principal !== null) requireScope(principal, 'write')
    const sourceIds = query.source.length === 0 ? undefined : await getSourceIds(deps, query.source)
    const maxAgeSeconds = query.ensureFresh === undefined ? null : durationSeconds(query.ensureFresh)
    const freshness =
      maxAgeSeconds === null
        ? undefined
        : await ensureFresh(deps, { sourceIds: sourceIds ?? null, maxAgeSeconds, waitMs: query.wait * 1_000, signal: closeSignal(response) })
    const filter = { sourceIds, stream: query.stream, kind: query.kind, since: query.since, deleted: query.deleted }
    const list = listName('listRecords', { ...query, ensureFresh: undefined, wait: undefined })
    const { items, ...rest } = await (query.q === undefined ? listPage(deps, { query, filter, list }) : searchPage(deps, { query, filter, list }))
    return { status: 200, json: toPageJson(items, { ...rest, ...(freshness === undefined ? {} : { freshness }) }) }
  }

const getSourceIds = async (deps: RecordDeps, refs: readonly string[]): Promise<readonly string[]> => {
  const ids = await findSourceIds(deps.database, refs)
  return ids.map((id) => {
    if (id === null) throw sourceNotFound()
    return id
  })
}

interface PageRequest {
  readonly query: ListRecordsQuery
  readonly filter: RecordFilter
  readonly list: string
}

const listPage = async (deps: RecordDeps, { query, filter, list }: PageRequest): Promise<Page> => {
  const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, listPosition)
  const { records, more } = await listRecords(deps.database, {
    ...filter,
    after: after === null ? null : { fetchedAt: after[0], streamId: after[1], keyHash: after[2] },
    limit: query.limit,
    maxBytes: MAX_PAGE_BYTES,
  })
  const last = more ? records.at(-1) : undefined
  return {
    items: records.map(toHitJson),
    nextCursor: last === undefined ? null : deps.tokens.encode(list, [last.fetchedAt.toISOString(), last.streamId, last.keyHash]),
  }
}

const searchPage = async (deps: RecordDeps, { query, filter, list }: PageRequest): Promise<Page> => {
  const offset = query.cursor === undefined ? 0 : deps.tokens.decode(list, query.cursor, searchPosition)[0]
  const found = await searchRecords(deps.database, { ...filter, query: query.q ?? '', offset, limit: query.limit, maxBytes: MAX_PAGE_BYTES })
  return {
    items: found.records.map(toHitJson),
    nextCursor: found.more ? deps.tokens.encode(list, [offset + found.records.length]) : null,
    truncated: found.truncated,
  }
}
