import { type CallOptions, client } from './client.js'

/** As many as the API gives at once. */
const PAGE = 200

/** All items of a list that is short enough for a choice, such as the connectors, page by page. */
export const listAll = async <T>(path: string, { query, signal }: Pick<CallOptions, 'query' | 'signal'>): Promise<readonly T[]> => {
  const items: T[] = []
  for (let cursor: string | null = null; ; ) {
    const page: { readonly items: readonly T[]; readonly nextCursor: string | null } = await client.call('GET', path, {
      query: { ...query, limit: PAGE, cursor },
      ...(signal === undefined ? {} : { signal }),
    })
    items.push(...page.items)
    if (page.nextCursor === null) return items
    cursor = page.nextCursor
  }
}
