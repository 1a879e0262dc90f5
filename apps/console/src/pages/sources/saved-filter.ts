/** What of the address is a filter: no selection, and nothing that lies over the page. */
const PARTS = ['q', 'show', 'connector', 'reason', 'sort'] as const

export type FilterSearch = Readonly<Partial<Record<(typeof PARTS)[number], string>>>

export interface SavedFilter {
  readonly name: string
  readonly search: FilterSearch
}

/** The part of an address that is a filter. */
export const toFilterSearch = (search: Readonly<Record<string, string | undefined>>): FilterSearch =>
  Object.fromEntries(PARTS.flatMap((part) => (search[part] === undefined || search[part] === '' ? [] : [[part, search[part]]])))

/** As a change of the address: parts that the filter does not name are taken away. */
export const toChange = (search: FilterSearch): Readonly<Record<string, string | null>> =>
  Object.fromEntries(PARTS.map((part) => [part, search[part] ?? null]))

export const isSameFilter = (a: FilterSearch, b: FilterSearch): boolean => PARTS.every((part) => a[part] === b[part])

/** The list with a filter; one of the same name is replaced. */
export const withFilter = (saved: readonly SavedFilter[], filter: SavedFilter): readonly SavedFilter[] => [
  ...saved.filter(({ name }) => name !== filter.name),
  filter,
]

/** Where this browser keeps them. */
export const SAVED_FILTERS_KEY = 'inlet.savedFilters'

/** What this browser has kept; nothing where that cannot be read. */
export const readSaved = (text: string | null): readonly SavedFilter[] => {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(parsed)) return []
    return parsed.flatMap((one: { readonly name?: unknown; readonly search?: FilterSearch } | null) =>
      typeof one?.name === 'string' && typeof one.search === 'object' ? [{ name: one.name, search: toFilterSearch(one.search) }] : [],
    )
  } catch {
    return []
  }
}
