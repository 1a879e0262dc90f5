import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRowsTable } from '../inputs/rows-table.js'
import { writeZipfTexts } from '../inputs/zipf-texts.js'
import type { Measure } from '../report/measure.js'
import { percentile } from '../report/statistics.js'
import { childrenOf, readCpuSeconds } from '../stack/cpu-time.js'
import { ingestOnce } from '../stack/ingest-once.js'
import { openStack, type Stack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import { untilIndexed } from '../stack/until-indexed.js'
import type { Scenario } from './scenario.js'

const WARM_UP = 20
const HITS = 10

/** How long questions of nine words take over many texts of 1 KB: while nothing else happens, and while a table is stored. */
export const measureQuestions: Scenario = async (context) => {
  const { backend, settings, postgres, note } = context
  const root = mkdtempSync(path.join(tmpdir(), 'inlet-bench-texts-'))
  const file = await writeZipfTexts(path.join(root, 'texts.ndjson'), settings.texts)
  note(`${file.texts} texts of ${file.bytesPerText} bytes`)
  const env = { INLET_FILE_ROOTS: root }
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'questions', workers: 1, env })
  const ms = (what: string, values: readonly number[], share: number): Measure => ({
    scenario: 'questions',
    backend,
    what: `${what}, p${share * 100}`,
    value: percentile(values, share),
    unit: 'ms',
  })
  try {
    const started = Date.now()
    const { seconds } = await ingestOnce(stack, {
      name: 'Texts',
      connector: 'file',
      config: { paths: ['texts.ndjson'], keyFields: ['id'], fields: { title: 'title', text: ['text'] } },
    })
    await untilIndexed(stack)
    const searchable = (Date.now() - started) / 1_000
    await untilMerged(stack)
    note(`stored in ${seconds.toFixed(0)} s, searchable in ${searchable.toFixed(0)} s`)
    note(`sizes with indexes: ${await describeSizes(stack)}`)
    const [first, ...later] = chunks(file.questions, settings.quick ? 10 : 150)
    if (first === undefined) throw new Error('there are no questions')
    const quiet = await askAll(stack, first)
    const table = await createRowsTable(postgres, 'bench_questions_source', settings.rows)
    const storing = ingestOnce(stack, { name: 'Rows', connector: 'postgres', config: table.config, secrets: table.secrets })
    let isStored = false
    const stored = storing.finally(() => (isStored = true))
    stored.catch(() => {})
    const busy: number[] = []
    for (let n = 0; !isStored; n += 1) busy.push(...(await askAll(stack, later[n % later.length]?.slice(0, 10) ?? first)).own)
    await stored
    const p95 = percentile(quiet.own, 0.95)
    const health = percentile(quiet.ready, 0.95)
    const what = `question of nine words over ${settings.texts} texts`
    return [
      { scenario: 'questions', backend, what: 'texts of 1 KB stored', value: settings.texts / seconds, unit: '/s' },
      { scenario: 'questions', backend, what: 'texts of 1 KB searchable', value: settings.texts / searchable, unit: '/s' },
      ms(what, quiet.own, 0.5),
      { ...ms(what, quiet.own, 0.95), target: { of: 'value', sense: 'below', limit: 200 } },
      { ...ms(`${what}, beside GET /ready`, quiet.own, 0.95), beside: { name: '/ready', value: health, ratio: p95 / health } },
      {
        ...ms(`the same while ${settings.rows} rows are stored`, busy, 0.95),
        beside: { name: 'quiet', value: p95, ratio: percentile(busy, 0.95) / p95 },
        target: { of: 'ratio', sense: 'below', limit: 2 },
      },
    ]
  } finally {
    await stack.close()
    rmSync(root, { recursive: true, force: true })
  }
}

/** Tables of more than a megabyte, the largest first. */
const describeSizes = async ({ database }: Stack): Promise<string> => {
  const { rows } = await database.pool.query<{ name: string; bytes: string }>(
    `SELECT relname AS name, pg_total_relation_size(relid) AS bytes FROM pg_stat_user_tables
     WHERE schemaname = 'public' AND pg_total_relation_size(relid) > 1000000 ORDER BY 2 DESC`,
  )
  return rows.map(({ name, bytes }) => `${name} ${Math.round(Number(bytes) / 1_000_000)} MB`).join(', ')
}

/** Asks one question after the other, each beside a request that only asks the database for 1. Throws when one has no hit. */
const askAll = async (
  { api }: Stack,
  questions: readonly string[],
): Promise<{ readonly own: readonly number[]; readonly ready: readonly number[] }> => {
  const [own, ready]: [number[], number[]] = [[], []]
  for (const [n, question] of questions.entries()) {
    const answer = await api.call<{ items: readonly unknown[] }>('GET', `/v1/records?limit=${HITS}&q=${encodeURIComponent(question)}`)
    if (answer.body.items.length === 0) throw new Error(`no hit for "${question}", which are words of a text`)
    const beside = await api.call('GET', '/ready')
    if (n < WARM_UP && questions.length > 2 * WARM_UP) continue
    own.push(answer.ms)
    ready.push(beside.ms)
  }
  return { own, ready }
}

/** The indexer continues merging for a while after everything is searchable. */
const untilMerged = async ({ processes }: Stack): Promise<void> => {
  const indexers = processes.filter(({ app }) => app === 'scribe').flatMap(({ pid }) => childrenOf(pid))
  const used = (): number => indexers.reduce((sum, pid) => sum + readCpuSeconds(pid), 0)
  let before = used()
  await until(
    'the indexer to rest',
    async () => {
      const now = used()
      const rests = now - before < 0.3
      before = now
      return rests || null
    },
    { limitMs: 600_000, everyMs: 3_000 },
  )
}

const chunks = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size))
