import type { SourceLine } from '@inlet/contract'
import { useMemo, useState } from 'react'
import { useSearch } from '../../ui/use-search.js'

/** As many stand in the address; a selection larger than this is not kept there. */
const MAX_IN_ADDRESS = 100

export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly toggle: (id: string) => void
  readonly set: (ids: Iterable<string>) => void
}

/** The sources that are selected: in the address by their slugs, so that a reload and a pasted link have them too. */
export const useSelection = (lines: readonly SourceLine[]): Selection => {
  const [search, setSearch] = useSearch()
  const slugs = search['select'] ?? ''
  const [large, setLarge] = useState<ReadonlySet<string> | null>(null)
  const ids = useMemo(() => {
    if (slugs === '') return large ?? new Set<string>()
    const wanted = new Set(slugs.split(','))
    return new Set(lines.filter(({ slug }) => wanted.has(slug)).map(({ id }) => id))
  }, [slugs, large, lines])

  const set = (wanted: Iterable<string>): void => {
    const next = new Set(wanted)
    const isLarge = next.size > MAX_IN_ADDRESS
    setLarge(isLarge ? next : null)
    const chosen = isLarge ? [] : lines.filter(({ id }) => next.has(id)).map(({ slug }) => slug)
    setSearch({ select: chosen.length === 0 ? null : chosen.join(',') })
  }
  return {
    ids,
    set,
    toggle(id) {
      const next = new Set(ids)
      if (!next.delete(id)) next.add(id)
      set(next)
    },
  }
}
