import { useRef } from 'react'
import type { ClassifiedLine } from './filter-sources.js'

/**
 * Keeps the rows where they are while somebody points at one: they change in place, new ones come at the end, and the order is made again when
 * the pointer leaves, or the reader asks for another order (`resetKey`).
 */
export const useSteadyOrder = (sorted: readonly ClassifiedLine[], isHeld: boolean, resetKey: string): readonly ClassifiedLine[] => {
  const frozen = useRef<{ readonly key: string; readonly ids: readonly string[] }>({ key: '', ids: [] })
  if (!isHeld || frozen.current.key !== resetKey) {
    frozen.current = { key: resetKey, ids: sorted.map(({ line }) => line.id) }
    return sorted
  }
  const byId = new Map(sorted.map((each) => [each.line.id, each]))
  const inOrder = frozen.current.ids.flatMap((id) => byId.get(id) ?? [])
  const known = new Set(frozen.current.ids)
  return [...inOrder, ...sorted.filter(({ line }) => !known.has(line.id))]
}
