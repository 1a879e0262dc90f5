import type { Database } from '@inlet/db'
import { RECORDS_PER_SOURCE, smallApiConfig, startSmallApi } from '../inputs/small-api.js'
import type { Measure } from '../report/measure.js'
import { percentile } from '../report/statistics.js'
import { loadApi } from '../stack/api-load.js'
import { inParallel } from '../stack/in-parallel.js'
import { openStack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import type { Scenario, ScenarioContext } from './scenario.js'

const PATHS = ['/v1/sources?limit=50', '/v1/records?q=harbour&limit=20']
const LIMIT = { of: 'value', sense: 'below', limit: 300 } as const

/** Many sources ingesting at once on two workers, while people use the API. */
export const measureFleet: Scenario = async (context) => {
  const measures: Measure[] = []
  for (const sources of context.settings.fleets) measures.push(...(await measureOne(context, sources)))
  return measures
}

const measureOne = async (context: ScenarioContext, sources: number): Promise<readonly Measure[]> => {
  const { backend } = context
  const site = await startSmallApi()
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'fleet', workers: 2 })
  try {
    const { api, database } = stack
    const ids = await inParallel([...Array(sources).keys()], 8, async (n) => {
      const body = { name: `Fleet ${n}`, connector: 'api', config: smallApiConfig(site.url, n), runNow: false }
      return (await api.call<{ id: string }>('POST', '/v1/sources', body)).body.id
    })
    const load = loadApi(api, PATHS, 10)
    const started = performance.now()
    await inParallel(ids, 16, (id) => api.call('POST', `/v1/sources/${id}/run`, {}))
    await until('all runs to end', async () => ((await countRuns(database, 'ended')) === sources ? true : null), { everyMs: 50 })
    const seconds = (performance.now() - started) / 1000
    const times = await load.stop()
    await expectEverythingOnce(database, sources)
    const what = `${sources} sources at once`
    return [
      { scenario: 'fleet', backend, what: `${what}: all complete, each record once, after`, value: seconds, unit: 's' },
      { scenario: 'fleet', backend, what: `${what}: runs`, value: sources / seconds, unit: '/s' },
      { scenario: 'fleet', backend, what: `${what}: records stored`, value: (sources * RECORDS_PER_SOURCE) / seconds, unit: '/s' },
      ...PATHS.map((path): Measure => {
        const values = times.get(path) ?? []
        const label = `${what}: GET ${path.split('&')[0]} meanwhile, p99 of ${values.length}`
        return { scenario: 'fleet', backend, what: label, value: percentile(values, 0.99), unit: 'ms', target: LIMIT }
      }),
    ]
  } finally {
    await stack.close()
    await site.close()
  }
}

const countRuns = async (database: Database, status: string): Promise<number> => {
  const { rows } = await database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM runs WHERE status = $1', [status])
  return rows[0]?.n ?? 0
}

/** Every source ran once, succeeded, and inserted each of its records exactly once. */
const expectEverythingOnce = async (database: Database, sources: number): Promise<void> => {
  const { rows } = await database.pool.query<{ runs: number; good: number; records: number; batches: number }>(
    `SELECT (SELECT count(*)::int FROM runs) AS runs,
            (SELECT count(*)::int FROM runs WHERE outcome = 'ok' AND inserted = $1 AND records_read = $1 AND updated = 0 AND quarantined = 0) AS good,
            (SELECT count(*)::int FROM records) AS records`,
    [RECORDS_PER_SOURCE],
  )
  const found = rows[0]
  if (found?.runs !== sources || found.good !== sources || found.records !== sources * RECORDS_PER_SOURCE)
    throw new Error(`${sources} sources of ${RECORDS_PER_SOURCE} records gave ${JSON.stringify(found)}`)
}
