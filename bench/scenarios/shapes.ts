import { TABLE_SHAPES, type TableShape } from '../inputs/shaped-tables.js'
import { createSourceTable } from '../inputs/source-table.js'
import { copyRecords } from '../limits/server-copy.js'
import type { Measure } from '../report/measure.js'
import { type Ingested, ingestOnce, runOnce } from '../stack/ingest-once.js'
import { openStack, runSql, type Stack } from '../stack/stack.js'
import { describeCpu, readStackCpu } from '../stack/stack-cpu.js'
import { untilIndexed } from '../stack/until-indexed.js'
import type { Scenario, ScenarioContext } from './scenario.js'

/** Tables of other shapes than that of `rows`: read for the first time, unchanged, with one row in ten changed, and with all rows changed. */
export const measureShapes: Scenario = async (context) => {
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'shapes', workers: 1 })
  const measures: Measure[] = []
  try {
    for (const shape of TABLE_SHAPES) measures.push(...(await measureShape(context, stack, shape)))
  } finally {
    await stack.close()
  }
  return measures
}

const measureShape = async (context: ScenarioContext, stack: Stack, shape: TableShape): Promise<readonly Measure[]> => {
  const { backend, settings, postgres, serverFolder, note } = context
  const { pool } = stack.database
  const rows = Math.max(10, Math.round(settings.rows * shape.share))
  const table = await createSourceTable(postgres, { ...shape, database: 'bench_shapes_source', rows })
  const measure = (what: string, { seconds }: Ingested): Measure => ({
    scenario: 'shapes',
    backend,
    what: `${shape.name}, ${table.bytesPerRow} bytes: ${what}`,
    value: rows / seconds,
    unit: 'rows/s',
  })
  const timed = async (what: string, work: () => Promise<Ingested>): Promise<Ingested> => {
    await pool.query('CHECKPOINT')
    const before = readStackCpu(stack, postgres.pid)
    const result = await work()
    note(
      `${shape.name}, ${what}: ${Math.round(rows / result.seconds)} rows/s; processor seconds: ${describeCpu(before, readStackCpu(stack, postgres.pid))}`,
    )
    await untilIndexed(stack)
    return result
  }
  const expect = (what: string, found: number, expected: number): void => {
    if (found !== expected) throw new Error(`${found} instead of ${expected} rows were ${what}`)
  }
  await pool.query('TRUNCATE records')
  const source = { name: `Shape ${shape.name}`, connector: 'postgres', config: table.config, secrets: table.secrets }
  const first = await timed('first', () => ingestOnce(stack, source))
  expect('stored', first.inserted, rows)
  const rate = rows / first.seconds
  const copied = rows / (await copyRecords(pool, serverFolder))
  const measures: Measure[] = [{ ...measure('first', first), beside: { name: 'COPY, equal table', value: copied, ratio: rate / copied } }]
  for (const [what, condition, changed] of [
    ['unchanged', 'false', 0],
    ['one in ten changed', 'id % 10 = 0', Math.floor(rows / 10)],
    ['all changed', 'true', rows],
  ] as const) {
    await runSql(table.url, `UPDATE orders SET ${shape.change} WHERE ${condition}`)
    const run = await timed(what, () => runOnce(stack, first.sourceId))
    expect('updated', run.updated, changed)
    measures.push({ ...measure(what, run), beside: { name: 'first', value: rate, ratio: first.seconds / run.seconds } })
  }
  return measures
}
