import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@inlet/db'
import { seedSources, untilSynced } from '../inputs/seeded-sources.js'
import { RECORDS_PER_SOURCE, startSmallApi } from '../inputs/small-api.js'
import type { Measure } from '../report/measure.js'
import { percentile } from '../report/statistics.js'
import { loadApi } from '../stack/api-load.js'
import { openStack } from '../stack/stack.js'
import { describeCpu, readStackCpu } from '../stack/stack-cpu.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

const PATHS = ['/v1/sources?limit=50', '/v1/records?q=harbour&limit=20']
const LIMIT = { of: 'value', sense: 'below', limit: 300 } as const
/** How many sources are written and given a job scheduler in a minute, with much to spare. */
const SEEDED_A_MINUTE = 5_000

/** All sources due in the same minute, on two workers: nothing missing, nothing twice, and the API meanwhile. */
export const measureRush: Scenario = async (context) => {
  const { settings, backend, postgres } = context
  const count = settings.sources
  const site = await startSmallApi()
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'rush', workers: 2 })
  try {
    const { database, api } = stack
    const due = new Date((Math.floor(Date.now() / 60_000) + 1 + Math.ceil(count / SEEDED_A_MINUTE)) * 60_000)
    await seedSources(database, site.url, count, () => `${due.getUTCMinutes()} ${due.getUTCHours()} * * *`)
    await untilSynced(database)
    if (Date.now() > due.getTime()) throw new Error('the sources were due before all of them had their job scheduler')
    await delay(due.getTime() - Date.now())
    const before = readStackCpu(stack, postgres.pid)
    const load = loadApi(api, PATHS, 20)
    await until('all runs to end', async () => ((await countEnded(database)) >= count ? true : null), { everyMs: 1_000, limitMs: 1_800_000 })
    const times = await load.stop()
    context.note(`processor seconds: ${describeCpu(before, readStackCpu(stack, postgres.pid))}`)
    await expectEachOnce(database, count)
    const { started, ended } = await readDelays(database)
    const what = `${count} sources due in one minute`
    const base = { scenario: 'rush', backend } as const
    return [
      { ...base, what: `${what}: until the last run has ended`, value: Math.max(...ended) / 1_000, unit: 's' },
      { ...base, what: `${what}: runs`, value: count / (Math.max(...ended) / 1_000), unit: '/s' },
      { ...base, what: `${what}: due → started, p50`, value: percentile(started, 0.5) / 1_000, unit: 's' },
      ...PATHS.map(
        (path): Measure => ({
          ...base,
          what: `GET ${path} meanwhile, p99`,
          value: percentile([...(times.get(path) ?? [])], 0.99),
          unit: 'ms',
          target: LIMIT,
        }),
      ),
    ]
  } finally {
    await stack.close()
    await site.close()
  }
}

const countEnded = async ({ pool }: Database): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM runs WHERE status = 'ended'`)
  return rows[0]?.n ?? 0
}

/** Throws unless each source has one tick and one complete run, and each record is stored once. */
const expectEachOnce = async ({ pool }: Database, count: number): Promise<void> => {
  const { rows } = await pool.query<{ ticks: number; runs: number; sources: number; records: number }>(
    `SELECT (SELECT count(*)::int FROM ticks WHERE outcome = 'ran') AS ticks,
            (SELECT count(*)::int FROM runs WHERE outcome = 'ok') AS runs,
            (SELECT count(DISTINCT source_id)::int FROM runs) AS sources,
            (SELECT count(*)::int FROM records) AS records`,
  )
  const found = JSON.stringify(rows[0])
  const expected = JSON.stringify({ ticks: count, runs: count, sources: count, records: count * RECORDS_PER_SOURCE })
  if (found !== expected) throw new Error(`stored ${found} instead of ${expected}`)
}

/** Milliseconds from the due moment until each run had started, and until it had ended. */
const readDelays = async ({ pool }: Database): Promise<{ readonly started: readonly number[]; readonly ended: readonly number[] }> => {
  const { rows } = await pool.query<{ started: number; ended: number }>(
    `SELECT (extract(epoch FROM r.started_at - t.scheduled_for) * 1000)::float8 AS started,
            (extract(epoch FROM r.finished_at - t.scheduled_for) * 1000)::float8 AS ended
     FROM ticks t JOIN runs r ON r.id = t.run_id`,
  )
  return { started: rows.map(({ started }) => started), ended: rows.map(({ ended }) => ended) }
}
