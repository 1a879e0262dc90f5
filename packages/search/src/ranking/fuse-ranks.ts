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

/** How the lists of words and of meaning become one. */
export interface FusionRules {
  /**
   * From 0 to 1. Both lists count alike for a question of which less than this share stands in the best hit of its words; 1: for (nearly) every
   * question. It depends on how good the model is, which only an evaluation shows.
   */
  readonly weight: number
  /** The share of what the question's words are worth that the best hit of its words holds, from 0 to 1. */
  readonly trust: number
}

/** So many hits of words stay first where words answer well. */
const KEPT_FIRST = 10
/** What ranks by meaning count there, after these. */
const BESIDE = 0.5

/**
 * One order out of the hits of words and those of meaning. A weak model must not spoil what words answer well, so it decides only where they do
 * not, or where both agree on what is best; elsewhere it adds what words have missed. Measured: ADR 23.
 */
export const fuseSearches = (
  lexical: readonly string[],
  similar: readonly string[],
  { weight, trust }: FusionRules,
): readonly { readonly name: string; readonly score: number }[] => {
  const decides = trust < weight
  const agrees = lexical[0] === similar[0]
  const fused = fuseRanks(
    [
      { items: lexical, weight: 1 },
      { items: similar, weight: decides ? 1 : BESIDE },
    ],
    (name) => name,
  ).map(({ name }) => name)
  const first = new Set(decides || agrees ? [] : lexical.slice(0, KEPT_FIRST))
  return [...first, ...fused.filter((name) => !first.has(name))].map((name, n) => ({ name, score: 1 / (K + n + 1) }))
}
