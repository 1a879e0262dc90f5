import type { ApiClient } from '../client/api-client.js'

/** What cells may use in addition to the item. */
export interface View {
  /** In ms. */
  readonly now: number
}

export interface Column<T> {
  readonly title: string
  readonly cell: (item: T, view: View) => string
  /** Only with -o wide. */
  readonly wide?: true
}

/** An option that filters a list. */
export interface Filter {
  readonly flags: string
  readonly text: string
  /** The API parameter, if it differs from the option's name. */
  readonly query?: string
  readonly many?: true
}

/** An argument that precedes the list, such as the source whose versions are listed. */
export interface Parent {
  readonly argument: string
  readonly text: string
}

/**
 * A kind of thing that the API lists: `inlet <noun>` lists them and `inlet <noun> get` shows one. The commands, their options, tables, -o and --watch
 * are derived from this.
 */
export interface Resource<T> {
  readonly noun: string
  /** Describes the noun in the list of all commands. */
  readonly about: string
  readonly parent?: Parent
  readonly list: {
    readonly about: string
    /** `parent` is already encoded. */
    readonly path: (parent: string) => string
    /** Parameters that are always sent. */
    readonly query?: Readonly<Record<string, string>>
    readonly filters?: readonly Filter[]
    /** Default of --limit; absent: all. */
    readonly limit?: number
    readonly columns: readonly Column<T>[]
    readonly none: string
    /** Returns what a reader of the table should also know, such as that no worker is alive. */
    readonly notes?: (api: Pick<ApiClient, 'call'>) => Promise<readonly string[]>
    readonly examples: readonly [string, ...string[]]
  }
  readonly get?: {
    readonly about: string
    readonly argument: string
    readonly text: string
    /** Both are already encoded. */
    readonly path: (ref: string, parent: string) => string
    /** What `get` returns may have more members than an item of the list. */
    readonly lines: (item: never, view: View) => readonly string[]
    readonly examples: readonly [string, ...string[]]
  }
  /** The reference that other commands accept. */
  readonly ref: (item: T) => string
}
