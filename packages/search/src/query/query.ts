/** A question in words, parsed. */
export interface Query {
  /** The terms that count; in the order of the question. */
  readonly terms: readonly QueryTerm[]
  /** Each must be met: one of its sequences is in the record. */
  readonly required: readonly Requirement[]
  /** None may be met. */
  readonly excluded: readonly Requirement[]
  /** The words of the question in order, to find adjacent ones; null in place of a stop word. */
  readonly order: readonly (string | null)[]
  /** Number of terms left out because there were too many. */
  readonly dropped: number
}

/** One word to search for. */
export interface QueryTerm {
  /** As in the question, folded. */
  readonly word: string
  /** The terms under which it may be indexed: one for each language searched, and each spelling. */
  readonly variants: readonly string[]
  /** Depends on how often it occurs in the question and what it is; 1 for a word that occurs once. */
  readonly weight: number
}

/** Words that must occur one after the other; or a single word. */
export type WordSequence = readonly QueryTerm[]

export interface Requirement {
  /** One of these is enough. */
  readonly anyOf: readonly WordSequence[]
}
