import { type AnsweredQuestion, type Evaluation, evaluate, type Grades } from './metrics.js'

/** A question with the records that answer it. */
export interface JudgedQuestion {
  readonly id: string
  readonly question: string
  /** Grade by record key; above 0 is relevant. */
  readonly grades: Grades
}

export interface Judgments {
  /** Slug of the source to search; null: all. */
  readonly source: string | null
  readonly questions: readonly JudgedQuestion[]
}

/** Parses `{source?, questions: [{q, relevant: [key, …] | {key: grade}}]}`; throws an Error that names what is wrong. */
export const parseJudgments = (document: unknown): Judgments => {
  const { source, questions } = asObject(document, 'the file')
  if (!Array.isArray(questions) || questions.length === 0) throw new Error('questions must be a list that is not empty')
  return {
    source: typeof source === 'string' ? source : null,
    questions: questions.map((one: unknown, n) => {
      const { q, relevant } = asObject(one, `question ${n + 1}`)
      if (typeof q !== 'string' || q.trim() === '') throw new Error(`question ${n + 1} has no text in q`)
      const grades = Array.isArray(relevant)
        ? Object.fromEntries(relevant.map((key: unknown) => [String(key), 1]))
        : toGrades(relevant, `question ${n + 1}`)
      if (Object.keys(grades).length === 0) throw new Error(`question ${n + 1} has no relevant records`)
      return { id: String(n + 1), question: q, grades }
    }),
  }
}

/** Joins questions by id with grades by question and document, as BEIR and related collections store them. */
export const joinJudgments = (questions: ReadonlyMap<string, string>, grades: ReadonlyMap<string, Grades>): Judgments => ({
  source: null,
  questions: [...grades].flatMap(([id, own]) => {
    const question = questions.get(id)
    return question === undefined || Object.values(own).every((grade) => grade <= 0) ? [] : [{ id, question, grades: own }]
  }),
})

/** Parses grades from the lines of a BEIR `qrels` file: question, document, grade, separated by tabs, with a header. */
export const parseQrels = (text: string): ReadonlyMap<string, Grades> => {
  const grades = new Map<string, Record<string, number>>()
  for (const line of text.split('\n')) {
    const [question = '', document = '', grade = ''] = line.trim().split('\t')
    if (!/^\d+$/u.test(grade)) continue
    const own = grades.get(question) ?? {}
    own[document] = Number(grade)
    grades.set(question, own)
  }
  return grades
}

const asObject = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} must be an object`)
  return value as Record<string, unknown>
}

const toGrades = (value: unknown, what: string): Grades =>
  Object.fromEntries(Object.entries(asObject(value, `relevant of ${what}`)).map(([key, grade]) => [key, Number(grade)]))

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
