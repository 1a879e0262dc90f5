import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseYamlValue } from '@inlet/registry-files'
import { type Grades, type Judgments, joinJudgments, parseJudgments, parseQrels } from '@inlet/search'

/** Reads judged questions from a YAML or JSON file; throws when it cannot be read. */
export const readJudgmentFile = (file: string): Judgments => parseJudgments(parseYamlValue(readFileSync(file, 'utf8')))

/** Reads judged questions from a folder: `queries.jsonl` and `qrels/test.tsv` (BEIR), or `queries.json` and `qrels.json`. */
export const readBeirFolder = (folder: string): Judgments => {
  const at = (...parts: readonly string[]): string => path.join(folder, ...parts)
  if (existsSync(at('queries.json')))
    return joinJudgments(
      new Map(Object.entries(readJson(at('queries.json')) as Record<string, string>)),
      new Map(Object.entries(readJson(at('qrels.json')) as Record<string, Grades>)),
    )
  const lines = readFileSync(at('queries.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
  const questions = lines.map((line) => JSON.parse(line) as { readonly _id: string; readonly text: string })
  return joinJudgments(new Map(questions.map(({ _id, text }) => [_id, text])), parseQrels(readFileSync(at('qrels', 'test.tsv'), 'utf8')))
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
