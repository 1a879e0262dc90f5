import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDatabase } from '@inlet/db'
import { startEmbeddedPostgres } from '@inlet/db/embedded'
import { parseSettings, type ScenarioName } from './arguments.js'
import { describeMachine } from './report/machine.js'
import { isReached, type Measure } from './report/measure.js'
import { toTable } from './report/table.js'
import { measureConsole } from './scenarios/console.js'
import { measureFleet } from './scenarios/fleet.js'
import { measureGrowth } from './scenarios/growth.js'
import { measureIdle } from './scenarios/idle.js'
import { measureKafka } from './scenarios/kafka.js'
import { measureLimit } from './scenarios/limit.js'
import { measureLists } from './scenarios/lists.js'
import { measureLogs } from './scenarios/logs.js'
import { measureLoss } from './scenarios/loss.js'
import { measureMemory } from './scenarios/memory.js'
import { measureQuestions } from './scenarios/questions.js'
import { measureRegistry } from './scenarios/registry.js'
import { measureRows } from './scenarios/rows.js'
import { measureRush } from './scenarios/rush.js'
import { measureScale } from './scenarios/scale.js'
import type { Scenario } from './scenarios/scenario.js'
import { measureSearch } from './scenarios/search.js'
import { measureShapes } from './scenarios/shapes.js'
import { measureSite } from './scenarios/site.js'
import { measureWebhook } from './scenarios/webhook.js'
import { COUNTING_SETTINGS } from './stack/count-statements.js'
import { findBinary } from './stack/find-binary.js'

const SCENARIO: Readonly<Record<ScenarioName, Scenario>> = {
  registry: measureRegistry,
  rush: measureRush,
  fleet: measureFleet,
  rows: measureRows,
  shapes: measureShapes,
  site: measureSite,
  memory: measureMemory,
  webhook: measureWebhook,
  loss: measureLoss,
  limit: measureLimit,
  search: measureSearch,
  questions: measureQuestions,
  growth: measureGrowth,
  kafka: measureKafka,
  logs: measureLogs,
  scale: measureScale,
  lists: measureLists,
  idle: measureIdle,
  console: measureConsole,
}

const settings = parseSettings(process.argv.slice(2), process.env)
const find = (name: string): string | null => findBinary(name, settings.searchPath)
const binaries = { nginx: find('nginx'), pgloader: find('pgloader'), scrapy: find('scrapy'), 'redis-server': find('redis-server') }
const folder = mkdtempSync(path.join(tmpdir(), 'inlet-bench-server-'))
chmodSync(folder, 0o777)
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('SIGINT', () => process.exit(130))

const startedAt = new Date()
const notes: string[] = []
const measures: Measure[] = []
const failures: string[] = []
const postgres = await startEmbeddedPostgres({ directory: path.join(folder, 'postgres'), durable: true, settings: COUNTING_SETTINGS })
const version = await readServerVersion()
const machine = { ...describeMachine(binaries), postgres: version }
const results = fileURLToPath(new URL('results/', import.meta.url))
mkdirSync(results, { recursive: true })
const file = path.join(results, `${startedAt.toISOString().replaceAll(':', '-').slice(0, 19)}.json`)
for (const name of settings.only) {
  for (const backend of settings.backends) {
    const note = (message: string): void => {
      notes.push(`${name} on ${backend}: ${message}`)
      process.stderr.write(`  ${message}\n`)
    }
    process.stderr.write(`${name} on ${backend}\n`)
    if (backend === 'redis' && binaries['redis-server'] === null) {
      note('redis-server is not installed: not measured')
      continue
    }
    try {
      measures.push(...(await SCENARIO[name]({ backend, settings, postgres, serverFolder: folder, binaries, note })))
    } catch (error) {
      failures.push(`${name} on ${backend}`)
      note(`FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
    save()
  }
}
await postgres.stop()

const relative = path.relative(process.cwd(), file)
const title = Object.entries(machine).map(([key, value]) => `${key}: ${value}`)
const remark = settings.quick ? 'Quick run: says that it works, not how fast it is.\n' : ''
process.stdout.write(`\n${title.join(' · ')}\n${remark}\n${toTable(measures)}\n\n${relative}\n`)
if (failures.length > 0) process.exitCode = 1

/** After each scenario, so that an interrupted run leaves what it has. */
function save(): void {
  // What is left out are paths of this machine.
  const { searchPath: _path, docsFolder: _docs, judgedFolders: _judged, profileFolder: _profiles, ...shown } = settings
  const lines = measures.map((measure) => ({ ...measure, reached: isReached(measure) }))
  writeFileSync(file, `${JSON.stringify({ startedAt, machine, settings: shown, notes, failures, measures: lines }, null, 2)}\n`)
}

async function readServerVersion(): Promise<string> {
  const database = createDatabase({ url: postgres.url('postgres'), applicationName: 'inlet-bench', poolSize: 1 })
  try {
    const { rows } = await database.pool.query<{ server_version: string }>('SHOW server_version')
    return rows[0]?.server_version ?? 'unknown'
  } finally {
    await database.close()
  }
}
