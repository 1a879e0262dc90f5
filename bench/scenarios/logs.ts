import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type AccessLog, writeAccessLog } from '../inputs/access-log.js'
import type { Measure } from '../report/measure.js'
import { median } from '../report/statistics.js'
import { readEndedCpuSeconds } from '../stack/cpu-time.js'
import { ingestOnce } from '../stack/ingest-once.js'
import { runCommand } from '../stack/run-command.js'
import { openStack, type Stack } from '../stack/stack.js'
import { describeCpu, readStackCpu } from '../stack/stack-cpu.js'
import type { Scenario } from './scenario.js'

const FILE = 'access.log.1.gz'

/** Megabytes per second of an access log as JSON lines, compressed: every line stored, and only the errors, beside `zcat | wc -l`. */
export const measureLogs: Scenario = async (context) => {
  const { backend, settings, binaries, postgres, note } = context
  const root = mkdtempSync(path.join(tmpdir(), 'inlet-logs-'))
  const file = path.join(root, FILE)
  const rates = { errors: [] as number[], all: [] as number[], zcat: [] as number[] }
  try {
    const log = await writeAccessLog(file, settings.logMegabytes * 1e6)
    const per = (seconds: number): number => log.bytes / 1e6 / seconds
    note(`${log.lines} lines, ${(log.bytes / 1e6).toFixed(0)} MB, ${(statSync(file).size / 1e6).toFixed(0)} MB as gzip; ${log.errors} errors`)
    for (let n = 0; n < settings.repetitions; n += 1) {
      // Alone, and an installation for each round: otherwise the indexer would still be busy with the round before.
      const counted = await countLines(file, log)
      rates.zcat.push(per(counted.seconds))
      const stack = await openStack({
        ...context,
        redisServer: binaries['redis-server'],
        name: 'logs',
        workers: 1,
        env: { INLET_FILE_ROOTS: root },
      })
      try {
        const cpu = [readStackCpu(stack, postgres.pid)]
        const errors = await ingestOnce(stack, toSource('Errors', { status: ['5xx'] }))
        cpu.push(readStackCpu(stack, postgres.pid))
        const all = await ingestOnce(stack, toSource('Requests', {}))
        cpu.push(readStackCpu(stack, postgres.pid))
        rates.errors.push(per(errors.seconds))
        rates.all.push(per(all.seconds))
        note(`round ${n + 1}: all ${all.seconds.toFixed(2)} s, errors ${errors.seconds.toFixed(2)} s; zcat | wc -l ${counted.seconds.toFixed(2)} s`)
        const [start = {}, middle = {}, end = {}] = cpu
        note(
          `processor seconds: all ${describeCpu(middle, end)}; errors ${describeCpu(start, middle)}; zcat | wc -l ${counted.cpuSeconds.toFixed(1)}`,
        )
        await expectEachOnce(stack, errors.runId, { records: log.errors, sum: null })
        await expectEachOnce(stack, all.runId, { records: log.lines, sum: log.sum })
      } finally {
        await stack.close()
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  const zcat = median(rates.zcat)
  const measure = (what: string, values: readonly number[]): Measure => {
    const value = median(values)
    return { scenario: 'logs', backend, what, value, unit: 'MB/s', values, beside: { name: 'zcat, wc -l', value: zcat, ratio: value / zcat } }
  }
  const target = { of: 'ratio', sense: 'at least', limit: 0.2 } as const
  const what = `access log of ${settings.logMegabytes} MB as JSON lines, gzip`
  return [
    { ...measure(`${what}: every line stored`, rates.all), target },
    { ...measure(`${what}: read whole, errors stored`, rates.errors), target },
  ]
}

const toSource = (name: string, filter: object): Readonly<Record<string, unknown>> => ({
  name,
  connector: 'api_log',
  config: { paths: [FILE], rotated: false, ...filter },
})

const countLines = async (file: string, log: AccessLog): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> => {
  const [started, cpu] = [performance.now(), readEndedCpuSeconds(process.pid)]
  const output = await runCommand('sh', ['-c', 'zcat "$1" | wc -l', 'sh', file])
  const seconds = (performance.now() - started) / 1_000
  if (Number(output) !== log.lines) throw new Error(`zcat | wc -l counted ${output.trim()} of ${log.lines} lines`)
  return { seconds, cpuSeconds: readEndedCpuSeconds(process.pid) - cpu }
}

/** Every wanted line is a record, once, with its fields. */
const expectEachOnce = async (
  { database }: Stack,
  runId: string,
  expected: { readonly records: number; readonly sum: number | null },
): Promise<void> => {
  const { rows } = await database.pool.query<{ records: number; numbers: number; sum: string }>(
    `SELECT count(*)::int AS records, count(DISTINCT n)::int AS numbers, sum(n) AS sum
     FROM (SELECT (data->'context'->>'bytes')::bigint AS n FROM records WHERE run_id = $1 AND deleted_at IS NULL) stored`,
    [runId],
  )
  const found = rows[0]
  if (found?.records !== expected.records || found.numbers !== expected.records || (expected.sum !== null && Number(found.sum) !== expected.sum))
    throw new Error(`${expected.records} lines are ${found?.records} records with ${found?.numbers} different numbers`)
}
