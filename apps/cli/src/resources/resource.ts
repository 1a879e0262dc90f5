import type { ApiClient } from '../client/api-client.js'

/** What cells may ask for besides the item. */
export interface View {
  /** In ms. */
  readonly now: number
  /** The slug of a source; a part of its id once it is deleted. */
  readonly slugOf: (sourceId: string) => string
}

export interface Column<T> {
  readonly title: string
  readonly cell: (item: T, view: View) => string
  /** Shown with -o wide only. */
  readonly wide?: true
}

/** An option that narrows a list down. */
export interface Filter {
  readonly flags: string
  readonly text: string
  /** The parameter of the API, where it is not called like the option. */
  readonly query?: string
  readonly many?: true
}

/** Something that a command names before the list, such as the source whose versions are listed. */
export interface Parent {
  readonly argument: string
  readonly text: string
}

/**
 * A kind of thing that the API lists: `inlet <noun>` shows them and `inlet <noun> get` one of them. The commands, their options, tables, -o and
 * --watch are made from this.
 */
export interface Resource<T> {
  readonly noun: string
  /** Of the noun, in the list of all commands. */
  readonly about: string
  readonly parent?: Parent
  readonly list: {
    readonly about: string
    /** `parent` is encoded. */
    readonly path: (parent: string) => string
    /** Parameters that are always sent. */
    readonly query?: Readonly<Record<string, string>>
    readonly filters?: readonly Filter[]
    /** How many without --limit; absent: all. */
    readonly limit?: number
    readonly columns: readonly Column<T>[]
    /** Ids of sources that cells ask for the slugs of. */
    readonly sourceIds?: (item: T) => string | null
    readonly none: string
    /** What somebody who looks at the table should know besides, such as that nothing works on it. */
    readonly notes?: (api: Pick<ApiClient, 'call'>) => Promise<readonly string[]>
    readonly examples: readonly [string, ...string[]]
  }
  readonly get?: {
    readonly about: string
    readonly argument: string
    readonly text: string
    /** Both are encoded. */
    readonly path: (ref: string, parent: string) => string
    /** What `get` answers may hold more than an item of the list. */
    readonly lines: (item: never, view: View) => readonly string[]
    readonly examples: readonly [string, ...string[]]
  }
  /** What other commands take it by. */
  readonly ref: (item: T) => string
}

const SHORT_ID = 8

/** Slugs of sources, asked for at once. */
export const readSlugs = async (api: Pick<ApiClient, 'call'>, ids: readonly (string | null)[]): Promise<View['slugOf']> => {
  const distinct = [...new Set(ids.filter((id) => id !== null))]
  const slugs = new Map<string, string>()
  for (let from = 0; from < distinct.length; from += MAX_IDS) {
    const query = distinct.slice(from, from + MAX_IDS).map((id) => `id=${encodeURIComponent(id)}`)
    const { items } = await api.call<{ items: readonly { id: string; slug: string }[] }>('GET', `/v1/overview/sources?${query.join('&')}`)
    for (const { id, slug } of items) slugs.set(id, slug)
  }
  return (id) => slugs.get(id) ?? id.slice(0, SHORT_ID)
}

/** Keeps the address short enough for proxies. */
const MAX_IDS = 100
