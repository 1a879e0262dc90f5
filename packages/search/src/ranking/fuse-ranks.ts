/** What belongs to several lists, and what a place in each of them counts. */
export interface RankedList<T> {
  /** The best first. */
  readonly items: readonly T[]
  readonly weight: number
}

/** Of reciprocal rank fusion: how little the first places count more than the next. */
const K = 60

/**
 * Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): the sum over the lists of weight / (60 + rank). The best first, an item once; among
 * equals that of an earlier list.
 */
export const fuseRanks = <T>(
  lists: readonly RankedList<T>[],
  nameOf: (item: T) => string,
): readonly { readonly name: string; readonly score: number }[] => {
  const scores = new Map<string, number>()
  for (const { items, weight } of lists)
    for (const [n, item] of items.entries()) scores.set(nameOf(item), (scores.get(nameOf(item)) ?? 0) + weight / (K + n + 1))
  return [...scores].map(([name, score]) => ({ name, score })).sort((a, b) => b.score - a.score)
}
