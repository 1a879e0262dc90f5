import { cursorKindOf } from './cursor-kind.js'

/** The cursor column of a stream: the wanted one, or the first candidate that exists with a usable type; null: read in full. */
export const chooseCursor = (
  wanted: string | null | undefined,
  candidates: readonly string[],
  columns: readonly { readonly name: string; readonly type: number }[],
): string | null => {
  if (wanted !== undefined) return wanted
  return candidates.find((name) => columns.some((column) => column.name === name && cursorKindOf(column.type) !== null)) ?? null
}
