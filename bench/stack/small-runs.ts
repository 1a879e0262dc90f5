import type { Database } from '@inlet/db'
import type { Backend, ScenarioName } from '../arguments.js'
import { RECORDS_PER_SOURCE } from '../inputs/small-api.js'
import type { Measure } from '../report/measure.js'
import { percentile } from '../report/statistics.js'

/** What people ask for while many sources of the small API run: the list of sources, and a search. */
export const API_PATHS = ['/v1/sources?limit=50', '/v1/records?q=harbour&limit=20']
const API_LIMIT = { of: 'value', sense: 'below', limit: 300 } as const

/** The slowest hundredth of the answers to each of them. */
export const measuresOfApi = (
  scenario: ScenarioName,
  backend: Backend,
  what: string,
  times: ReadonlyMap<string, readonly number[]>,
): readonly Measure[] =>
  API_PATHS.map((path) => {
    const values = times.get(path) ?? []
    const label = `${what}: GET ${path.split('&')[0]} meanwhile, p99 of ${values.length}`
    return { scenario, backend, what: label, value: percentile(values, 0.99), unit: 'ms', target: API_LIMIT }
  })

export const countEnded = async ({ pool }: Pick<Database, 'pool'>): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM runs WHERE status = 'ended'`)
  return rows[0]?.n ?? 0
}

/** Throws unless every source ran once, succeeded, and inserted each of its records exactly once. */
export const expectEverythingOnce = async (database: Database, sources: number): Promise<void> => {
  const { rows } = await database.pool.query<{ runs: number; good: number; records: number }>(
    `SELECT (SELECT count(*)::int FROM runs) AS runs,
            (SELECT count(*)::int FROM runs WHERE outcome = 'ok' AND inserted = $1 AND records_read = $1 AND updated = 0 AND quarantined = 0) AS good,
            (SELECT count(*)::int FROM records) AS records`,
    [RECORDS_PER_SOURCE],
  )
  const found = rows[0]
  if (found?.runs !== sources || found.good !== sources || found.records !== sources * RECORDS_PER_SOURCE)
    throw new Error(`${sources} sources of ${RECORDS_PER_SOURCE} records gave ${JSON.stringify(found)}`)
}
