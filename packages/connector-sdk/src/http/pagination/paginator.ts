import type { ReadEnd } from '../../connector.js'

/** A position in a list: JSON, so that it can be stored. */
export interface PagePosition {
  /** How many pages have been requested, including this one. */
  readonly page: number
  /** The page number, or the number of records before it. */
  readonly index: number
  readonly token: string | null
  readonly url: string | null
  /** Records on the previous pages. */
  readonly seen: number
  /** Consecutive empty pages just before this one. */
  readonly empty: number
  /** How many pages the responses say there are; null if they do not say. */
  readonly pages: number | null
  /** Brent's cycle detection over the marks of the pages: constant size however long the list. */
  readonly cycle: { readonly mark: string | null; readonly steps: number; readonly limit: number }
}

/** The parts of a request that a position decides. */
export interface PageParams {
  /** The whole URL, replacing that of the stream and its query. */
  readonly url: string | null
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
}

/** What the next position is decided from. */
export interface PageResponse {
  readonly status: number
  /** The URL of the request, after redirects. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** Records on the page. */
  readonly count: number
  /** Equal for pages with equal records. */
  readonly mark: string
}

/** Walks through the pages of a list. Pure: positions in, positions out. */
export interface Paginator {
  readonly start: PagePosition
  params(position: PagePosition): PageParams
  /**
   * Returns the position after this response, null at the end. Throws PAGINATION_LOOP when pages repeat or are too many,
   * UPSTREAM_INVALID for a link to a forbidden origin, READING_INCOMPLETE when the response says that the list continues but not how.
   */
  next(position: PagePosition, answer: PageResponse): PagePosition | null
  /** Decides whether a response after which nothing follows proves that the list was complete. */
  end(position: PagePosition, answer: PageResponse): ReadEnd
  /** Whether a status of 400 or above means that the list has ended. */
  isEnd(position: PagePosition, status: number): boolean
}
