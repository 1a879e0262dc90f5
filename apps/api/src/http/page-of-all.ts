import { z } from 'zod'
import { listName, type PageTokens, toPage } from './page-token.js'

const position = z.tuple([z.string()])

/**
 * Returns a page of a list that is short enough to be read completely: `orderOf` returns the text, unique in the list, that items are sorted by.
 * Items that appear or disappear between two pages do not shift others. Throws INVALID_CURSOR.
 */
export const pageOfAll = <T>(
  all: readonly T[],
  of: {
    readonly tokens: PageTokens
    readonly list: readonly [string, object]
    readonly query: { readonly limit: number; readonly cursor?: string | undefined }
  },
  orderOf: (item: T) => string,
): { readonly items: readonly T[]; readonly nextCursor: string | null } => {
  const { tokens, query } = of
  const name = listName(...of.list)
  const after = query.cursor === undefined ? null : tokens.decode(name, query.cursor, position)[0]
  const sorted = all
    .map((item) => ({ item, order: orderOf(item) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .filter(({ order }) => after === null || order > after)
  const page = toPage(sorted, query.limit, ({ order }) => tokens.encode(name, [order]))
  return { items: page.items.map(({ item }) => item), nextCursor: page.nextCursor }
}

const LATEST_MS = 8_640_000_000_000_000

/** Returns text that sorts later moments first. */
export const newestFirst = (moment: Date): string => String(LATEST_MS - moment.getTime()).padStart(17, '0')
