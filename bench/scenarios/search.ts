import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Ask, evaluateSearch } from '@inlet/search'
import { type JudgedFolder, readJudgedFolder } from '../inputs/judged-folder.js'
import { createPlainBm25 } from '../limits/plain-bm25.js'
import type { Measure } from '../report/measure.js'
import { ingestOnce } from '../stack/ingest-once.js'
import { openStack, type Stack } from '../stack/stack.js'
import type { Scenario, ScenarioContext } from './scenario.js'

const DEPTH = 100

/** How well and how fast judged questions are answered, beside BM25 computed over Postgres' lexemes in the same run. */
export const measureSearch: Scenario = async (context) => {
  const folders = context.settings.judgedFolders
  if (folders.length === 0) {
    context.note('no judged collections: name folders in INLET_BENCH_RETRIEVAL')
    return []
  }
  const measures: Measure[] = []
  for (const folder of folders) measures.push(...(await measureFolder(context, folder)))
  return measures
}

const measureFolder = async (context: ScenarioContext, folder: string): Promise<readonly Measure[]> => {
  const judged = readJudgedFolder(folder)
  const name = `search_${judged.name.replaceAll(/\W/gu, '_')}`
  // What was lost before it came to us would end the run as partial.
  const root = mkdtempSync(path.join(tmpdir(), 'inlet-bench-judged-'))
  writeFileSync(path.join(root, 'docs.ndjson'), judged.documents.map((document) => JSON.stringify(document).replaceAll('\uFFFD', ' ')).join('\n'))
  const env = { INLET_FILE_ROOTS: root }
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name, workers: 1, env })
  try {
    await ingestOnce(stack, {
      name: judged.name,
      connector: 'file',
      config: { paths: ['docs.ndjson'], keyFields: ['id'], fields: { title: 'title', text: ['title', 'text'] } },
    })
    const now = (): number => performance.now()
    const ours = await evaluateSearch(judged.judgments, askApi(stack), now)
    const plain = await evaluateSearch(judged.judgments, await createPlainBm25(stack.database, judged.documents), now)
    context.note(`${judged.name}: ${judged.documents.length} documents, ${ours.questions} questions, success@3 ${ours.success3.toFixed(3)}`)
    return toMeasures(context, judged, ours, plain)
  } finally {
    await stack.close()
    rmSync(root, { recursive: true, force: true })
  }
}

const askApi =
  ({ api }: Stack): Ask =>
  async (question) => {
    const { body } = await api.call<{ items: { data: { id: string } }[] }>(
      'GET',
      `/v1/records?limit=${DEPTH}&snippets=false&q=${encodeURIComponent(question)}`,
    )
    return body.items.map(({ data }) => data.id)
  }

type Evaluated = Awaited<ReturnType<typeof evaluateSearch>>

const toMeasures = ({ backend }: ScenarioContext, { name }: JudgedFolder, ours: Evaluated, plain: Evaluated): readonly Measure[] => {
  const base = { scenario: 'search', backend } as const
  const beside = (what: string, value: number, other: number): Measure => ({
    ...base,
    what: `${name}: ${what}`,
    value,
    unit: '',
    beside: { name: 'BM25', value: other, ratio: value / other },
    target: { of: 'ratio', sense: 'at least', limit: 1 },
  })
  return [
    beside('nDCG@10', ours.ndcg10, plain.ndcg10),
    beside('recall@100', ours.recall100, plain.recall100),
    {
      ...base,
      what: `${name}: questions without a hit`,
      value: ours.withoutHit * 100,
      unit: '%',
      target: { of: 'value', sense: 'below', limit: 1 },
    },
    { ...base, what: `${name}: answer with 100 hits, p50`, value: ours.p50Ms, unit: 'ms' },
    { ...base, what: `${name}: answer with 100 hits, p95`, value: ours.p95Ms, unit: 'ms' },
  ]
}
