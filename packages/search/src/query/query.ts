/** A question in words, understood. */
export interface Query {
  /** What is counted; the order of the question. */
  readonly terms: readonly QueryTerm[]
  /** Each must be met: one of its sequences stands in the record. */
  readonly required: readonly Requirement[]
  /** None may be met. */
  readonly excluded: readonly Requirement[]
  /** Words of the question in their order, for words that stand beside each other; null where a stop word stands. */
  readonly order: readonly (string | null)[]
  /** Terms that were left out because there are so many. */
  readonly dropped: number
}

/** One of the words is asked for. */
export interface QueryTerm {
  /** As it stands in the question, folded. */
  readonly word: string
  /** The terms under which it may be indexed: one for each language that is searched, and each way to write it. */
  readonly variants: readonly string[]
  /** From how often it stands in the question and what it is; 1 for a word that stands there once. */
  readonly weight: number
}

/** Words that must stand one after the other; a single word stands for itself. */
export type WordSequence = readonly QueryTerm[]

export interface Requirement {
  /** One of these is enough. */
  readonly anyOf: readonly WordSequence[]
}
