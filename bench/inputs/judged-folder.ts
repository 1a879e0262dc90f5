import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Grades, type Judgments, joinJudgments } from '@inlet/search'

export interface JudgedDocument {
  readonly id: string
  readonly title: string
  readonly text: string
}

/** A folder with `docs.ndjson` (id, title, text), `queries.json` and `qrels.json`; such collections stay out of the repository. */
export interface JudgedFolder {
  readonly name: string
  readonly documents: readonly JudgedDocument[]
  readonly judgments: Judgments
}

export const readJudgedFolder = (folder: string): JudgedFolder => {
  const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8')
  const documents = read('docs.ndjson')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JudgedDocument)
  const questions = new Map(Object.entries(JSON.parse(read('queries.json')) as Record<string, string>))
  const grades = new Map(Object.entries(JSON.parse(read('qrels.json')) as Record<string, Grades>))
  return { name: path.basename(folder), documents, judgments: joinJudgments(questions, grades) }
}
