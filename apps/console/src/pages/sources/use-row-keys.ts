import { useRef } from 'react'

interface Shown {
  readonly keys: ReadonlyMap<string, number>
  readonly next: number
}

/**
 * The keys under which rows are in the page, given those of before: a row that is still in sight keeps its key. When none is, as after a turn of
 * the wheel in a long list, the new rows take over the keys one by one: to change the texts of elements costs the browser half as much as to make
 * them. Rows that join others are new elements: one that moved among them would lose the focus.
 */
export const toRowKeys = (ids: readonly string[], { keys, next }: Shown): Shown => {
  const isJump = !ids.some((id) => keys.has(id))
  const free = isJump ? [...keys.values()] : []
  let last = next
  return { keys: new Map(ids.map((id) => [id, keys.get(id) ?? free.shift() ?? last++])), next: last }
}

/** The key of each of the rows in sight, by their ids. */
export const useRowKeys = (ids: readonly string[]): ReadonlyMap<string, number> => {
  const shown = useRef<Shown>({ keys: new Map(), next: 0 })
  shown.current = toRowKeys(ids, shown.current)
  return shown.current.keys
}
