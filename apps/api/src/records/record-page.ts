import type { ListRecordsQuery, RecordPage } from '@inlet/contract'
import type { Facet, RecordFilter } from '@inlet/db'

/** Data of a page; larger records make it shorter. */
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
  /** Names the list in cursors. */
  readonly list: string
}
