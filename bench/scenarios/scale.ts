import { createRowsTable } from '../inputs/rows-table.js'
import type { SourceTable } from '../inputs/source-table.js'
import type { Measure } from '../report/measure.js'
import { percentile } from '../report/statistics.js'
import { readTreeCpuSeconds } from '../stack/cpu-time.js'
import { runOnce } from '../stack/ingest-once.js'
import { openStack, type Stack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import { untilIndexed } from '../stack/until-indexed.js'
import type { Scenario, ScenarioContext } from './scenario.js'

const PAGES = 50

/**
 * What one source costs beside many records of other sources: its first load, reading it again with a sweep, a page of its records, and its
 * deletion; first nearly alone, then beside `settings.records` records. Those are copies of what was stored, in sources of the same size.
 */
export const measureScale: Scenario = async (context) => {
  const { backend, settings, postgres, note } = context
  const table = await createRowsTable(postgres, 'bench_scale_source', settings.rows)
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'scale', workers: 1 })
  try {
    const template = await load(stack, table, 'Template')
    const alone = await measureSource(context, stack, table, 'Alone')
    const sources = Math.ceil(settings.records / settings.rows)
    const seeding = await timed(context, () => seed(stack, template, sources))
    note(`${sources * settings.rows} records copied in ${seeding.seconds.toFixed(0)} s; ${await describeSizes(stack)}`)
    await stack.database.pool.query('VACUUM (ANALYZE) records')
    const beside = await measureSource(context, stack, table, 'Beside')
    return Object.entries(beside).map(
      ([what, value]): Measure => ({
        scenario: 'scale',
        backend,
        what: `${settings.rows} rows: ${what} beside ${sources * settings.rows} records`,
        value,
        unit: what.endsWith('CPU of Postgres') ? 's' : what.startsWith('a page') ? 'ms' : 's',
        beside: { name: 'alone', value: alone[what] ?? 0, ratio: value / (alone[what] ?? 0) },
      }),
    )
  } finally {
    await stack.close()
  }
}

const measureSource = async (context: ScenarioContext, stack: Stack, table: SourceTable, name: string): Promise<Record<string, number>> => {
  let id = ''
  const first = await timed(context, async () => void (id = await load(stack, table, name)))
  const again = await timed(context, () => run(stack, id))
  const pages: number[] = []
  for (let n = 0; n < PAGES; n += 1) pages.push((await stack.api.call('GET', `/v1/records?source=${id}&limit=50`)).ms)
  const deletion = await timed(context, async () => {
    await stack.api.call('DELETE', `/v1/sources/${id}`)
    await until(
      'the source to be gone',
      async () => ((await stack.database.pool.query('SELECT FROM sources WHERE id = $1', [id])).rowCount === 0 ? true : null),
      {
        limitMs: 600_000,
        everyMs: 100,
      },
    )
  })
  return {
    'first load': first.seconds,
    'first load, CPU of Postgres': first.cpu,
    'read again with a sweep': again.seconds,
    'read again with a sweep, CPU of Postgres': again.cpu,
    'a page of its records, p50': percentile(pages, 0.5),
    deleted: deletion.seconds,
    'deleted, CPU of Postgres': deletion.cpu,
  }
}

const timed = async ({ postgres }: ScenarioContext, work: () => Promise<unknown>): Promise<{ readonly seconds: number; readonly cpu: number }> => {
  const [startedAt, before] = [performance.now(), readTreeCpuSeconds(postgres.pid)]
  await work()
  return { seconds: (performance.now() - startedAt) / 1_000, cpu: readTreeCpuSeconds(postgres.pid) - before }
}

/** Registers a source of the table and stores it; returns its id once its records can be searched. */
const load = async (stack: Stack, table: SourceTable, name: string): Promise<string> => {
  const config = { ...table.config, tables: [{ name: 'orders' }] }
  const { body } = await stack.api.call<{ id: string }>('POST', '/v1/sources', {
    name,
    connector: 'postgres',
    config,
    secrets: table.secrets,
    runNow: false,
  })
  await run(stack, body.id)
  return body.id
}

const run = async (stack: Stack, id: string): Promise<void> => {
  await runOnce(stack, id)
  await untilIndexed(stack)
}

/** Copies the records of a source into new ones. They are numbered as if they had been indexed, but no word finds them. */
const seed = async ({ database: { pool } }: Stack, template: string, sources: number): Promise<void> => {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'records'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
  )
  const columns = rows.map(({ name }) => name)
  const own: Readonly<Record<string, string>> = { stream_id: 's.id', source_id: 's.source_id', doc_id: `nextval('record_docs')` }
  for (let n = 1; n <= sources; n += 1) {
    await pool.query(
      `WITH made AS (
         INSERT INTO sources (slug, name, name_key, connector, status, version_id) VALUES ('copy-' || $1, 'Copy ' || $1, 'copy ' || $1, 'postgres', 'PAUSED', gen_random_uuid())
         RETURNING id, version_id
       ), version AS (
         INSERT INTO source_versions (id, source_id, number, state, config) SELECT version_id, id, 1, 'published', '{}' FROM made
       ), s AS (INSERT INTO streams (source_id, name, kind) SELECT id, 'public.orders', 'row' FROM made RETURNING id, source_id)
       INSERT INTO records (${columns.join(', ')}) SELECT ${columns.map((name) => own[name] ?? `r.${name}`).join(', ')} FROM records r, s WHERE r.source_id = $2`,
      [String(n), template],
    )
  }
}

const describeSizes = async ({ database: { pool } }: Stack): Promise<string> => {
  const { rows } = await pool.query<{ heap: string; indexes: string }>(
    `SELECT pg_table_size('records') AS heap, pg_indexes_size('records') AS indexes`,
  )
  const gigabytes = (bytes: string | undefined): string => (Number(bytes) / 1_000_000_000).toFixed(1)
  return `records take ${gigabytes(rows[0]?.heap)} GB, their indexes ${gigabytes(rows[0]?.indexes)} GB`
}
