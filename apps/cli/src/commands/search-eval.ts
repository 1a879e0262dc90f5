import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import type { RecordHit, RecordPage } from '@inlet/contract'
import { parseYamlValue } from '@inlet/registry-files'
import { type EvaluatedSearch, evaluateSearch, type Grades, type Judgments, joinJudgments, parseJudgments, parseQrels, success } from '@inlet/search'
import { withQuery } from '../client/api-client.js'
import { untilSearchable } from '../client/until-searchable.js'
import { toPairs } from '../output/format.js'
import { isForPeople } from '../output/print.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

/** Which questions to ask. */
export interface JudgedFlags {
  readonly file?: string
  readonly beir?: string
  readonly source?: readonly string[]
}

export interface SearchEvalFlags extends RemoteFlags, JudgedFlags {
  readonly mode?: string
  readonly generation?: string
  /** Share of the questions that must have a right answer among the first three. */
  readonly floor?: number
}

const DEPTH = 100

/** `inlet search eval`: measures how well search answers judged questions. Returns 1 when it is below the floor. */
export const searchEval = async (flags: SearchEvalFlags, context: CommandContext): Promise<number> => {
  const result = await measureSearch(flags, context)
  const { answers, ...figures } = result
  show(context, flags, { ...figures, missed: missedOf(answers) }, () => [...toFigures(result), ...toMissed(answers)])
  return flags.floor !== undefined && result.success3 < flags.floor ? 1 : 0
}

/** Asks judged questions once everything stored is searchable. */
export const measureSearch = async (flags: SearchEvalFlags, context: CommandContext): Promise<EvaluatedSearch> => {
  const judgments = flags.file === undefined ? readBeirFolder(flags.beir ?? '.') : readJudgmentFile(flags.file)
  const source = flags.source ?? (judgments.source === null ? undefined : [judgments.source])
  const api = openApi(flags, context)
  const ask = async (q: string): Promise<readonly string[]> => {
    const query = { q, source, mode: flags.mode, generation: flags.generation, limit: DEPTH, snippets: false }
    const { items, search } = await api.call<RecordPage>('GET', withQuery('/v1/records', query))
    // Otherwise figures of words alone would be taken for those of the mode.
    if (typeof search?.fellBack === 'string') throw new Error(`searched by words alone: ${search.fellBack}`)
    return items.map((hit) => (flags.file === undefined ? documentId(hit) : hit.key))
  }
  await untilSearchable(api, (pending) => isForPeople(flags) && context.terminal.block([`${pending} records are not searchable yet; waiting`]))
  context.terminal.endBlock()
  return evaluateSearch(judgments, ask, () => performance.now())
}

/** Returns a document's own id: collections have it in a field, from which a file source makes keys of its own. */
const documentId = ({ key, data }: RecordHit): string => {
  const { _id: underscored, id } = (typeof data === 'object' && data !== null ? data : {}) as { readonly _id?: unknown; readonly id?: unknown }
  const own = underscored ?? id
  return typeof own === 'string' || typeof own === 'number' ? String(own) : key
}

const missedOf = (
  answers: EvaluatedSearch['answers'],
): readonly { readonly q: string; readonly first: string | null; readonly relevant: readonly string[] }[] =>
  answers
    .filter(({ ranked, grades }) => !success(ranked, grades, 3))
    .map(({ question, ranked, grades }) => ({ q: question, first: ranked[0] ?? null, relevant: Object.keys(grades) }))

const round = (value: number): string => value.toFixed(3)

const toFigures = (result: EvaluatedSearch): readonly string[] =>
  toPairs([
    ['questions', result.questions],
    ['nDCG@10', round(result.ndcg10)],
    ['recall@100', round(result.recall100)],
    ['success@3', round(result.success3)],
    ['without a hit', `${(result.withoutHit * 100).toFixed(1)} %`],
    ['p50, p95', `${result.p50Ms.toFixed(1)} ms, ${result.p95Ms.toFixed(1)} ms`],
  ])

const SHOWN = 20

const toMissed = (answers: EvaluatedSearch['answers']): readonly string[] => {
  const missed = missedOf(answers)
  if (missed.length === 0) return []
  return [
    '',
    'Not among the first three:',
    ...missed.slice(0, SHOWN).map(({ q, first, relevant }) => `  ${q}  →  ${first ?? 'nothing'}, not ${relevant.slice(0, 3).join(', ')}`),
  ]
}

/** Reads judged questions from a YAML or JSON file; throws when it cannot be read. */
const readJudgmentFile = (file: string): Judgments => parseJudgments(parseYamlValue(readFileSync(file, 'utf8')))

/** Reads judged questions from a folder: `queries.jsonl` and `qrels/test.tsv` (BEIR), or `queries.json` and `qrels.json`. */
const readBeirFolder = (folder: string): Judgments => {
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
