/** A ranked list, and how much a rank in it counts. */
export interface RankedList<T> {
  /** Best first. */
  readonly items: readonly T[]
  readonly weight: number
}

/** The constant of reciprocal rank fusion: the larger it is, the less the first ranks count over the next. */
const K = 60

/**
 * Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): the sum over the lists of weight / (60 + rank). Returns each item once, best first; among
 * equals, that of an earlier list comes first.
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

/** How the lists of words and of meaning are merged. */
export interface FusionRules {
  /**
   * From 0 to 1. Both lists count equally for a question of which less than this share is in the best hit of its words; 1: for (nearly) every
   * question. The right value depends on the model and takes an evaluation to find.
   */
  readonly weight: number
  /** The share of the total weight of the question's words that the best hit by words contains, from 0 to 1. */
  readonly trust: number
}

/** How many hits by words stay first where words answer well. */
const KEPT_FIRST = 10
/** The weight of ranks by meaning there, after those hits. */
const BESIDE = 0.5

/**
 * Merges the hits by words and those by meaning into one order. A weak model must not spoil what words answer well, so it decides only where they do
 * not, or where both agree on the best; elsewhere it adds what words have missed. Measured: ADR 23.
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
