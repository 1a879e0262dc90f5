import type { JudgedQuestion, Judgments } from './judgments.js'
import { type AnsweredQuestion, type Evaluation, evaluate } from './metrics.js'

/** Asks a search; returns the keys of at most 100 records, best first. */
export type Ask = (question: string) => Promise<readonly string[]>

export interface EvaluatedSearch extends Evaluation {
  readonly answers: readonly (AnsweredQuestion & JudgedQuestion)[]
}

/** Asks every question once, one after the other, and measures the results. */
export const evaluateSearch = async ({ questions }: Judgments, ask: Ask, now: () => number): Promise<EvaluatedSearch> => {
  const answers: (AnsweredQuestion & JudgedQuestion)[] = []
  for (const judged of questions) {
    const startedAt = now()
    const ranked = await ask(judged.question)
    answers.push({ ...judged, ranked, milliseconds: now() - startedAt })
  }
  return { ...evaluate(answers), answers }
}
