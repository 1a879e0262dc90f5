/** Judgments of one question: grade by document; 0 and absent mean not relevant. */
export type Grades = Readonly<Record<string, number>>

const gain = (grade: number): number => 2 ** grade - 1

/** Normalized discounted cumulative gain of the first `depth` documents: 1 when no better order is possible. */
export const ndcg = (ranked: readonly string[], grades: Grades, depth: number): number => {
  const discounted = (values: readonly number[]): number => values.slice(0, depth).reduce((sum, value, n) => sum + gain(value) / Math.log2(n + 2), 0)
  const ideal = discounted(Object.values(grades).sort((a, b) => b - a))
  return ideal === 0 ? 0 : discounted(ranked.map((id) => grades[id] ?? 0)) / ideal
}

const relevantOf = (grades: Grades): readonly string[] => Object.keys(grades).filter((id) => (grades[id] ?? 0) > 0)

/** The share of the relevant documents that is among the first `depth`. */
export const recall = (ranked: readonly string[], grades: Grades, depth: number): number => {
  const relevant = relevantOf(grades)
  const found = new Set(ranked.slice(0, depth))
  return relevant.length === 0 ? 0 : relevant.filter((id) => found.has(id)).length / relevant.length
}

/** Whether a relevant document is among the first `depth`. */
export const success = (ranked: readonly string[], grades: Grades, depth: number): boolean =>
  ranked.slice(0, depth).some((id) => (grades[id] ?? 0) > 0)

export interface AnsweredQuestion {
  readonly ranked: readonly string[]
  readonly grades: Grades
  readonly milliseconds: number
}

export interface Evaluation {
  readonly questions: number
  readonly ndcg10: number
  readonly recall100: number
  readonly success3: number
  /** Share of the questions without any hit. */
  readonly withoutHit: number
  readonly p50Ms: number
  readonly p95Ms: number
}

/** Averages over all questions that have a relevant document; NaN without any. */
export const evaluate = (answered: readonly AnsweredQuestion[]): Evaluation => {
  const judged = answered.filter(({ grades }) => relevantOf(grades).length > 0)
  const mean = (value: (one: AnsweredQuestion) => number): number => judged.reduce((sum, one) => sum + value(one), 0) / judged.length
  const times = judged.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  const at = (share: number): number => times[Math.max(0, Math.ceil(share * times.length) - 1)] ?? Number.NaN
  return {
    questions: judged.length,
    ndcg10: mean(({ ranked, grades }) => ndcg(ranked, grades, 10)),
    recall100: mean(({ ranked, grades }) => recall(ranked, grades, 100)),
    success3: mean(({ ranked, grades }) => (success(ranked, grades, 3) ? 1 : 0)),
    withoutHit: mean(({ ranked }) => (ranked.length === 0 ? 1 : 0)),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
  }
}
