import { applyRetention, DEFAULT_RETENTION } from '@inlet/db'
import { smallApiConfig, startSmallApi } from '../inputs/small-api.js'
import { ingestOnce, runOnce } from '../stack/ingest-once.js'
import { openStack, type Stack } from '../stack/stack.js'
import type { Scenario } from './scenario.js'

const EVERY_MINUTES = 5
const RUNS_PER_HOUR = 60 / EVERY_MINUTES
/** Tables that runs write history to, besides the records themselves. */
const HISTORY = ['runs', 'ticks', 'events', 'ledger', 'run_logs', 'cursor_history', 'history_days'] as const
const OBSERVED_RUNS = 20
/** As rarely as this a table is vacuumed; autovacuum comes sooner. */
const HOURS_BETWEEN_VACUUMS = 4

/**
 * What an installation keeps of its runs: rows that one run leaves behind, and the size of all history of many sources that run every five
 * minutes, once the retention removes as much as runs add. The hours pass as fast as rows can be copied; a run's rows are those of a real one.
 */
export const measureGrowth: Scenario = async (context) => {
  const { backend, settings, note } = context
  const sources = settings.quick ? 50 : 200
  const site = await startSmallApi()
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'growth', workers: 1 })
  try {
    const { pool } = stack.database
    const { id, perRun, jobs } = await observeRuns(stack, site.url)
    note(`one run leaves behind ${HISTORY.map((table) => `${perRun[table]} ${table}`).join(', ')}`)
    await seed(stack, { template: id, sources })
    // Until everything is bounded by the number that is kept, and then twice as long.
    const full = Math.ceil(DEFAULT_RETENTION.latest / RUNS_PER_HOUR)
    const hours = full * 3
    const sizes: number[] = []
    for (let hour = 1; hour <= hours; hour += 1) {
      await pool.query(PASS_HOUR, [hours - hour])
      await applyRetention(stack.database, DEFAULT_RETENTION)
      if (hour % HOURS_BETWEEN_VACUUMS === 0) for (const table of HISTORY) await pool.query(`VACUUM ${table}`)
      sizes.push(await sizeOf(stack))
      if (hour % 20 === 0) note(`hour ${hour} of ${hours}: ${megabytes(sizes.at(-1) ?? 0).toFixed(0)} MB of history`)
    }
    const { rows } = await pool.query<{ most: number }>('SELECT max(n)::int AS most FROM (SELECT count(*) AS n FROM runs GROUP BY source_id) counted')
    if ((rows[0]?.most ?? 0) > DEFAULT_RETENTION.latest + RUNS_PER_HOUR) throw new Error(`a source keeps ${rows[0]?.most} runs`)
    for (const table of HISTORY) note(`${table}: ${megabytes(await sizeOf(stack, [table])).toFixed(1)} MB`)
    const [bounded, last] = [sizes[full - 1] ?? 0, sizes.at(-1) ?? 0]
    const what = `${sources} sources every ${EVERY_MINUTES} minutes`
    return [
      { scenario: 'growth', backend, what: `jobs left in the queue by ${OBSERVED_RUNS} runs`, value: jobs, unit: '' },
      { scenario: 'growth', backend, what: `${what}: history of one, tables and indexes`, value: last / sources / 1_000, unit: 'kB' },
      {
        scenario: 'growth',
        backend,
        what: `${what}: after ${hours} hours, beside the first ${full}`,
        value: megabytes(last),
        unit: 'MB',
        beside: { name: `after ${full} hours`, value: megabytes(bounded), ratio: last / bounded },
        target: { of: 'ratio', sense: 'below', limit: 1.5 },
      },
    ]
  } finally {
    await stack.close()
    await site.close()
  }
}

const megabytes = (bytes: number): number => bytes / 1_000_000

interface Observed {
  readonly id: string
  readonly perRun: Readonly<Record<(typeof HISTORY)[number], number>>
  /** In the queue, besides those that repeat. */
  readonly jobs: number
}

/** Runs one source often; nothing changes after the first time. */
const observeRuns = async (stack: Stack, url: string): Promise<Observed> => {
  const source = { name: 'Observed', connector: 'api', config: smallApiConfig(url, 0) }
  const { sourceId: id } = await ingestOnce(stack, source)
  const before = await countRows(stack)
  for (let n = 0; n < OBSERVED_RUNS; n += 1) await runOnce(stack, id)
  const after = await countRows(stack)
  const perRun = Object.fromEntries(HISTORY.map((table) => [table, (after[table] - before[table]) / OBSERVED_RUNS])) as Observed['perRun']
  return { id, perRun, jobs: await countJobs(stack) }
}

const countRows = async ({ database }: Stack): Promise<Record<(typeof HISTORY)[number], number>> => {
  const { rows } = await database.pool.query(`SELECT ${HISTORY.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join(', ')}`)
  return rows[0]
}

/** Waiting, active, delayed, completed or failed, by the metrics. */
const countJobs = async ({ scribeUrl }: Stack): Promise<number> => {
  const metrics = await (await fetch(`${scribeUrl}/metrics`)).text()
  const depths = [...metrics.matchAll(/^inlet_queue_depth\{.*\} (\d+)$/gmu)]
  if (depths.length === 0) throw new Error('the metrics of the scribe say nothing of the queue')
  return depths.reduce((sum, [, count]) => sum + Number(count), 0)
}

const sizeOf = async ({ database }: Stack, tables: readonly string[] = HISTORY): Promise<number> => {
  const { rows } = await database.pool.query<{ bytes: string }>(
    'SELECT sum(pg_total_relation_size(name::regclass)) AS bytes FROM unnest($1::text[]) AS t(name)',
    [tables],
  )
  return Number(rows[0]?.bytes)
}

/** Sources with a stream each, and the rows of the last run of the template to copy. */
const seed = async ({ database: { pool } }: Stack, { template, sources }: { readonly template: string; readonly sources: number }): Promise<void> => {
  await pool.query(
    `INSERT INTO sources (slug, name, name_key, connector, status, version_id)
     SELECT 'grown-' || n, 'Grown ' || n, 'grown ' || n, 'api', 'PAUSED', gen_random_uuid() FROM generate_series(1, $1::int) n`,
    [sources],
  )
  await pool.query(
    `INSERT INTO source_versions (id, source_id, number, state, config) SELECT version_id, id, 1, 'published', '{}' FROM sources WHERE slug LIKE 'grown-%'`,
  )
  await pool.query(`INSERT INTO streams (source_id, name, kind) SELECT id, 'items', 'item' FROM sources WHERE slug LIKE 'grown-%'`)
  await pool.query(`CREATE TABLE template_run AS SELECT * FROM runs WHERE id = (SELECT last_run_id FROM sources WHERE id = '${template}')`)
  for (const table of ['events', 'ledger', 'run_logs'] as const)
    await pool.query(`CREATE TABLE template_${table} AS SELECT t.* FROM ${table} t JOIN template_run r ON r.id = t.run_id`)
}

/** One hour that ended so many hours ago ($1): every source runs each five minutes, and every run moves a cursor. */
const PASS_HOUR = `
WITH made AS MATERIALIZED (
  SELECT gen_random_uuid() AS id, s.id AS source_id, s.version_id, st.id AS stream_id, n,
    now() - $1 * interval '1 hour' - n * interval '${EVERY_MINUTES} minutes' AS at
  FROM generate_series(${RUNS_PER_HOUR - 1}, 0, -1) n CROSS JOIN sources s JOIN streams st ON st.source_id = s.id WHERE s.slug LIKE 'grown-%'
), a AS (
  INSERT INTO runs SELECT (jsonb_populate_record(r, jsonb_build_object('id', m.id, 'source_id', m.source_id, 'version_id', m.version_id, 'scheduled_for', m.at,
    'enqueued_at', m.at, 'started_at', m.at, 'finished_at', m.at, 'attempt_at', m.at, 'moved_at', m.at, 'created_at', m.at))).* FROM made m, template_run r
), b AS (
  INSERT INTO ticks (source_id, scheduled_for, outcome, run_id, recorded_at) SELECT source_id, at, 'ran', id, at FROM made
), c AS (
  INSERT INTO events (source_id, run_id, type, level, message, data, at)
  SELECT m.source_id, m.id, t.type, t.level, t.message, t.data, m.at FROM made m, template_events t
), d AS (
  INSERT INTO ledger SELECT (jsonb_populate_record(t, jsonb_build_object('run_id', m.id, 'source_id', m.source_id, 'committed_at', m.at))).* FROM made m, template_ledger t
), e AS (
  INSERT INTO run_logs (run_id, attempt, level, stream, message, at) SELECT m.id, t.attempt, t.level, t.stream, t.message, m.at FROM made m, template_run_logs t
)
INSERT INTO cursor_history (stream_id, epoch, seq, cursor, at) SELECT stream_id, 1, 1, to_jsonb(at), at FROM made ORDER BY n DESC`
