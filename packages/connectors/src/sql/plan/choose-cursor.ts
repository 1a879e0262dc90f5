/** The cursor column of a stream: the wanted one, or the first candidate among the columns of a usable type; null: read in full. */
export const chooseCursor = (wanted: string | null | undefined, candidates: readonly string[], usable: readonly string[]): string | null =>
  wanted === undefined ? (candidates.find((name) => usable.includes(name)) ?? null) : wanted
