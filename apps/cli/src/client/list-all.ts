import { type ApiClient, type Query, withQuery } from './api-client.js'

interface Page<T> {
  readonly items: readonly T[]
  /** Absent if a server of an earlier version returns the whole list. */
  readonly nextCursor?: string | null
}

const MAX_PAGE = 200

/** Yields all items of a list, page by page, up to `limit`. */
export async function* listAll<T>(api: ApiClient, path: string, query: Query & { readonly limit?: number }): AsyncGenerator<T> {
  let left = query.limit ?? Number.POSITIVE_INFINITY
  for (let cursor: string | undefined; left > 0; ) {
    const page: Page<T> = await api.call('GET', withQuery(path, { ...query, limit: Math.min(left, MAX_PAGE), cursor }))
    yield* page.items
    left -= page.items.length
    if (page.nextCursor === null || page.nextCursor === undefined) return
    cursor = page.nextCursor
  }
}

/** Collects the items into an array. */
export const collect = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
