import { durationSeconds } from '@inlet/contract'
import { type Database, readIndexState, type SearchPosition, searchRecords } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import type { PageTokens } from '../http/page-token.js'
import { MAX_PAGE_BYTES, type PageRequest, type RecordPageJson, toFields, toHitJson } from './record-json.js'
import type { Understand } from './understand.js'

export interface SearchDeps {
  readonly database: Database
  readonly tokens: PageTokens
  readonly understand: Understand
}

const NAME_BYTES = 5
const position = z.union([z.tuple([z.literal('second'), z.string()]), z.tuple([z.literal('walk'), z.uuid(), z.int().min(0)])])
const DAY_SECONDS = 86_400

/** Returns a page of records that answer a question. */
export const searchPage = async (deps: SearchDeps, question: string, { query, filter, list }: PageRequest): Promise<RecordPageJson> => {
  // Read first: records indexed meanwhile may be reported as pending, never the other way round.
  const index = await readIndexState(deps.database)
  const at: SearchPosition = query.cursor === undefined ? { at: 'start' } : toPosition(deps.tokens.decode(list, query.cursor, position))
  const byTime = query.sort !== undefined && query.sort !== 'relevance'
  // A stored ranking needs no new search.
  const understood = at.at === 'walk' ? null : await deps.understand({ question, mode: query.mode, generation: query.generation, byTime })
  const found = await searchRecords(deps.database, {
    question,
    meaning: understood?.meaning ?? null,
    filter,
    order: {
      sort: query.sort ?? 'relevance',
      recencyDays: query.recency === undefined ? null : (durationSeconds(query.recency) ?? DAY_SECONDS) / DAY_SECONDS,
      now: Date.now(),
    },
    position: at,
    fields: toFields(query.fields),
    facets: query.facets,
    snippets: query.snippets,
    explain: query.explain,
    limit: query.limit,
    maxBytes: MAX_PAGE_BYTES,
  })
  if (found === null) throw new Failure('INVALID_CURSOR', 'the hits of this search are no longer kept', { field: 'cursor', next: 'Search again.' })
  return {
    items: found.records.map((record) => toHitJson(record)),
    nextCursor: found.next === null ? null : deps.tokens.encode(list, fromPosition(found.next)),
    search: { mode: found.mode, fellBack: understood?.fellBack ?? null, reranked: found.reranked, vectorCoverage: understood?.coverage ?? null },
    truncated: found.truncated,
    ...(found.relaxed ? { relaxed: true } : {}),
    ...(found.dropped === 0 ? {} : { ignoredWords: found.dropped }),
    ...(query.facets.length === 0 ? {} : { facets: found.facets }),
    ...(index.pending + index.failed === 0 ? {} : { index }),
  }
}

const toPosition = (token: z.output<typeof position>): SearchPosition => {
  if (token[0] === 'walk') return { at: 'walk', id: token[1], from: token[2] }
  const names = Buffer.from(token[1], 'base64url')
  return {
    at: 'second',
    shown: new Set(Array.from({ length: names.length / NAME_BYTES }, (_, n) => names.toString('hex', n * NAME_BYTES, (n + 1) * NAME_BYTES))),
  }
}

const fromPosition = (next: SearchPosition): readonly (string | number)[] => {
  if (next.at === 'walk') return ['walk', next.id, next.from]
  return ['second', next.at === 'second' ? Buffer.from([...next.shown].join(''), 'hex').toString('base64url') : '']
}
