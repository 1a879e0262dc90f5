import type { ReadEnd } from '../../connector.js'

/** Where in a list we are: JSON, so that it can be kept. */
export interface PagePosition {
  /** How many pages were asked for, this one included. */
  readonly page: number
  /** The page number, or the number of records before it. */
  readonly index: number
  readonly token: string | null
  readonly url: string | null
  /** Records on the pages before. */
  readonly seen: number
  /** Empty pages in a row, just before. */
  readonly empty: number
  /** How many pages the answers say there are; null when they do not. */
  readonly pages: number | null
  /** Brent's cycle detection over the marks of the pages: constant size however long the list. */
  readonly cycle: { readonly mark: string | null; readonly steps: number; readonly limit: number }
}

/** What of a request a position decides. */
export interface PageParams {
  /** The whole address, instead of that of the stream with its query. */
  readonly url: string | null
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
}

/** What the next position is decided from. */
export interface PageAnswer {
  readonly status: number
  /** Of the request, after redirects. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  /** Records on the page. */
  readonly count: number
  /** Something equal for pages with equal records. */
  readonly mark: string
}

/** Walks through the pages of a list. Pure: positions in, positions out. */
export interface Paginator {
  readonly start: PagePosition
  params(position: PagePosition): PageParams
  /**
   * The position after this answer, null at the end. Throws PAGINATION_LOOP when pages repeat or are too many,
   * UPSTREAM_INVALID for a link to a forbidden origin, READING_INCOMPLETE when the answer says that the list continues and not how.
   */
  next(position: PagePosition, answer: PageAnswer): PagePosition | null
  /** Whether an answer after which nothing follows proves that the list was complete. */
  end(position: PagePosition, answer: PageAnswer): ReadEnd
  /** Whether a status of 400 and above means that the list has ended. */
  isEnd(position: PagePosition, status: number): boolean
}
