import type { ListRecordsQuery, RecordDetail, RecordHit, RecordPage } from '@inlet/contract'
import {
  type Facet,
  isFacet,
  type RankedRecord,
  type RecordFields,
  type RecordFilter,
  type StoredRecordDetails,
  toRecordView,
  toShownParts,
  withRawMember,
} from '@inlet/db'
import { Failure } from '@inlet/domain'

/** Size limit for the data of a page; larger records make it shorter. */
export const MAX_PAGE_BYTES = 8_388_608

export interface RecordPageJson {
  readonly items: readonly string[]
  readonly nextCursor: string | null
  readonly search?: RecordPage['search']
  readonly truncated?: boolean
  readonly relaxed?: boolean
  readonly ignoredWords?: number
  readonly facets?: readonly Facet[]
}

export interface PageRequest {
  readonly query: ListRecordsQuery
  readonly filter: RecordFilter
  /** Identifies the list in cursors. */
  readonly list: string
}

/** Returns a search hit as JSON text. */
export const toHitJson = (record: RankedRecord): string => {
  const { score, chunks, why } = record
  const hit: Omit<RecordHit, 'data'> = {
    ...toRecordView(record),
    ...toShownParts(record),
    score,
    matchedBy: [...record.matchedBy],
    ...(record.similarity === null ? {} : { similarity: record.similarity }),
    snippet: chunks[0]?.snippet ?? null,
    chunks: chunks.map((chunk) => ({ ...chunk, headings: [...chunk.headings] })),
    ...(why === null ? {} : { why: [...why] }),
  }
  return withRawMember(hit, 'data', record.dataText)
}

/** Returns a record in full as JSON text. */
export const toDetailJson = (record: StoredRecordDetails): string => {
  const view: Omit<RecordDetail, 'data'> = { ...toRecordView(record), text: record.text, contentHash: record.contentHash }
  return withRawMember(view, 'data', record.dataText)
}

/** Returns a page as JSON text, assembled from items that are JSON text. */
export const toPageJson = (items: readonly string[], rest: object): string => withRawMember(rest, 'items', `[${items.join(',')}]`)

/** Parses `fields`: `data`, `data.name`, `text`; throws VALIDATION_FAILED for anything else. */
export const toFields = (names: readonly string[]): RecordFields => {
  const fields = names.flatMap((name) => name.split(',')).map((name) => name.trim())
  for (const name of fields)
    if (name !== 'data' && name !== 'text' && !/^data\.[^.]+$/u.test(name))
      throw new Failure('VALIDATION_FAILED', `'${name.slice(0, 100)}' cannot be asked for`, {
        field: 'fields',
        next: 'Ask for data, text or a member of data, such as data.links.',
      })
  return {
    allData: fields.includes('data'),
    members: fields.flatMap((name) => (name.startsWith('data.') ? [name.slice('data.'.length)] : [])),
    text: fields.includes('text'),
  }
}

/** Throws VALIDATION_FAILED for a field that cannot be counted. */
export const checkFacets = (fields: readonly string[]): void => {
  for (const field of fields)
    if (!isFacet(field))
      throw new Failure('VALIDATION_FAILED', `'${field.slice(0, 100)}' cannot be counted`, {
        field: 'facets',
        next: 'Ask for source, connector, stream, kind or a member of data, such as data.status.',
      })
}
