import { createRowsTable } from '../inputs/rows-table.js'
import { copyRecords, copySource } from '../limits/server-copy.js'
import { runPgloader } from '../peers/pgloader.js'
import type { Measure } from '../report/measure.js'
import { median } from '../report/statistics.js'
import { ingestOnce } from '../stack/ingest-once.js'
import { createEmptyDatabase, openStack } from '../stack/stack.js'
import { describeCpu, readStackCpu } from '../stack/stack-cpu.js'
import { untilIndexed } from '../stack/until-indexed.js'
import type { Scenario } from './scenario.js'

/** Rows per second of one table, end to end, beside COPY and pgloader in turn. */
export const measureRows: Scenario = async (context) => {
  const { backend, settings, postgres, binaries, serverFolder, note } = context
  const table = await createRowsTable(postgres, 'bench_rows_source', settings.rows)
  note(`${settings.rows} rows of ten columns, ${table.bytesPerRow} bytes each as text`)
  const stack = await openStack({ ...context, redisServer: binaries['redis-server'], name: 'rows', workers: 1 })
  const rates = { inlet: [] as number[], searchable: [] as number[], equal: [] as number[], plain: [] as number[], pgloader: [] as number[] }
  const per = (seconds: number): number => settings.rows / seconds
  const { pool } = stack.database
  try {
    if (binaries.pgloader === null) note('pgloader is not installed: not compared')
    for (let n = 0; n < settings.repetitions; n += 1) {
      await pool.query('TRUNCATE records')
      await pool.query('CHECKPOINT')
      const before = readStackCpu(stack, postgres.pid)
      const started = Date.now()
      const { seconds, inserted } = await ingestOnce(stack, {
        name: `Rows ${n}`,
        connector: 'postgres',
        config: table.config,
        secrets: table.secrets,
      })
      if (inserted !== settings.rows) throw new Error(`${inserted} of ${settings.rows} rows were stored`)
      rates.inlet.push(per(seconds))
      note(`processor seconds until stored: ${describeCpu(before, readStackCpu(stack, postgres.pid))}`)
      // The peers must not be measured beside the indexer.
      await untilIndexed(stack)
      rates.searchable.push(per((Date.now() - started) / 1_000))
      rates.equal.push(per(await copyRecords(pool, serverFolder)))
      rates.plain.push(per(await copySource(table.url, serverFolder)))
      if (binaries.pgloader !== null) {
        const into = await createEmptyDatabase(postgres, 'bench_rows_pgloader')
        rates.pgloader.push(per(await runPgloader(binaries.pgloader, table.url, into)))
      }
      note(
        `round ${n + 1}: ${Object.entries(rates)
          .map(([name, values]) => `${name} ${Math.round(values.at(-1) ?? 0)}`)
          .join(', ')} rows/s`,
      )
    }
  } finally {
    await stack.close()
  }
  const measure = (what: string, values: readonly number[]) =>
    ({ scenario: 'rows', backend, what, value: median(values), unit: 'rows/s', values }) as const
  const value = median(rates.inlet)
  const beside = (what: string, name: string, values: readonly number[], limit?: number): Measure => ({
    ...measure(what, rates.inlet),
    beside: { name, value: median(values), ratio: value / median(values) },
    ...(limit === undefined ? {} : { target: { of: 'ratio', sense: 'at least', limit } }),
  })
  return [
    ...(rates.pgloader.length === 0
      ? []
      : [beside('table → stored records, beside pgloader table → table', 'pgloader', rates.pgloader, backend === 'redis' ? 0.9 : 0.7)]),
    beside('the same, beside COPY of the stored records into an equal table', 'COPY, equal table', rates.equal, 0.5),
    beside('the same, beside COPY out and in of the source table', 'COPY out, in', rates.plain),
    measure('table → searchable records', rates.searchable),
  ]
}
