import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@inlet/db'
import { seedSources, untilSynced } from '../inputs/seeded-sources.js'
import { startSmallApi } from '../inputs/small-api.js'
import { percentile } from '../report/statistics.js'
import { loadApi } from '../stack/api-load.js'
import { API_PATHS, countEnded, expectEverythingOnce, measuresOfApi } from '../stack/small-runs.js'
import { openStack } from '../stack/stack.js'
import { describeCpu, readStackCpu } from '../stack/stack-cpu.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

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
    const load = loadApi(api, API_PATHS, 20)
    await until('all runs to end', async () => ((await countEnded(database)) >= count ? true : null), { everyMs: 1_000, limitMs: 1_800_000 })
    const times = await load.stop()
    context.note(`processor seconds: ${describeCpu(before, readStackCpu(stack, postgres.pid))}`)
    await expectEverythingOnce(database, count)
    await expectEachDueOnce(database, count)
    const { started, ended } = await readDelays(database)
    const what = `${count} sources due in one minute`
    const base = { scenario: 'rush', backend } as const
    const seconds = percentile(ended, 1) / 1_000
    return [
      { ...base, what: `${what}: until the last run has ended`, value: seconds, unit: 's' },
      { ...base, what: `${what}: runs`, value: count / seconds, unit: '/s' },
      { ...base, what: `${what}: due → started, p50`, value: percentile(started, 0.5) / 1_000, unit: 's' },
      ...measuresOfApi('rush', backend, what, times),
    ]
  } finally {
    await stack.close()
    await site.close()
  }
}

/** Throws unless each source has exactly one tick, which led to a run. */
const expectEachDueOnce = async ({ pool }: Database, sources: number): Promise<void> => {
  const { rows } = await pool.query<{ ticks: number; ran: number }>(
    `SELECT count(*)::int AS ticks, count(DISTINCT source_id) FILTER (WHERE outcome = 'ran')::int AS ran FROM ticks`,
  )
  const found = rows[0]
  if (found?.ticks !== sources || found.ran !== sources) throw new Error(`${sources} sources due once gave ${JSON.stringify(found)}`)
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
