import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@inlet/db'
import { seedSources, untilSynced } from '../inputs/seeded-sources.js'
import { smallApiConfig, startSmallApi } from '../inputs/small-api.js'
import type { Measure } from '../report/measure.js'
import { percentile } from '../report/statistics.js'
import type { ApiClient } from '../stack/api-client.js'
import { loadApi } from '../stack/api-load.js'
import { inParallel } from '../stack/in-parallel.js'
import { openStack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

const LIST = '/v1/sources?limit=50'
const LIMIT = { of: 'value', sense: 'below', limit: 100 } as const

/** Registration and scheduling latency while many sources are present. */
export const measureRegistry: Scenario = async (context) => {
  const { settings, backend } = context
  const site = await startSmallApi()
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'registry', workers: 2 })
  try {
    const { database, api } = stack
    const add = (what: string, values: readonly number[]): readonly Measure[] => [
      { scenario: 'registry', backend, what: `${what}, p50`, value: percentile(values, 0.5), unit: 'ms' },
      { scenario: 'registry', backend, what: `${what}, p99 of ${values.length}`, value: percentile(values, 0.99), unit: 'ms', target: LIMIT },
    ]
    const seeded = performance.now()
    await seedSources(database, site.url, settings.sources, yearly)
    context.note(`${settings.sources} sources written by createSource in ${seconds(seeded)} s`)
    const syncing = performance.now()
    await untilSynced(database)
    const synced: Measure = {
      scenario: 'registry',
      backend,
      what: `syncing the schedules of ${settings.sources} sources at once`,
      value: Number(seconds(syncing)),
      unit: 's',
    }
    const listing = loadApi(api, [LIST], 20)
    const registered = await register(api, site.url, settings.quick ? 50 : 300)
    const listed = [...((await listing.stop()).get(LIST) ?? [])]
    const started = await startByHand(api, database, settings.quick ? 20 : 100)
    const scheduled = await awaitTicks(api, database, { url: site.url, due: settings.due, minutes: settings.quick ? 1 : 3 })
    const beside = `beside ${settings.sources} sources`
    return [
      synced,
      ...add(`POST /v1/sources ${beside}`, registered),
      ...add('GET /v1/sources meanwhile', listed),
      ...add('POST …/run → the run has started', started),
      ...add(`due moment → the run has started, ${settings.due} due in the same second`, scheduled),
    ]
  } finally {
    await stack.close()
    await site.close()
  }
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1)

/** Once a year, on a day spread over the year but never today or tomorrow. */
const yearly = (n: number): string => `${n % 60} ${n % 24} 1 ${1 + ((new Date().getUTCMonth() + 5) % 12)} *`

const register = async (api: ApiClient, url: string, count: number): Promise<readonly number[]> => {
  const times: number[] = []
  for (let n = 0; n < count; n += 1) {
    const schedule = { cron: `${n % 60} 3 1 1 *`, timeZone: 'Europe/Berlin' }
    const body = { name: `Fresh source ${n}`, connector: 'api', config: smallApiConfig(url, n), schedule, runNow: false }
    times.push((await api.call('POST', '/v1/sources', body)).ms)
  }
  return times
}

/** From before the request until the worker holds the lease, one source after the other. */
const startByHand = async (api: ApiClient, database: Database, count: number): Promise<readonly number[]> => {
  const times: number[] = []
  for (let n = 0; n < count; n += 1) {
    const asked = Date.now()
    const { body } = await api.call<{ runId: string }>('POST', `/v1/sources/seeded-${n}/run`, {})
    const started = await until('a run to end', async () => {
      const { rows } = await database.pool.query<{ started_at: Date }>(`SELECT started_at FROM runs WHERE id = $1 AND status = 'ended'`, [body.runId])
      return rows[0]?.started_at ?? null
    })
    times.push(started.getTime() - asked)
  }
  return times
}

/** Lets sources that are due every minute run for some minutes. */
const awaitTicks = async (
  api: ApiClient,
  database: Database,
  { url, due, minutes }: { readonly url: string; readonly due: number; readonly minutes: number },
): Promise<readonly number[]> => {
  await waitForSecond(5, 40)
  await inParallel([...Array(due).keys()], 4, (n) =>
    api.call('POST', '/v1/sources', {
      name: `Every minute ${n}`,
      slug: `minute-${n}`,
      connector: 'api',
      config: smallApiConfig(url, n),
      schedule: { cron: '* * * * *', timeZone: 'UTC' },
      runNow: false,
    }),
  )
  const rows = await until(
    'the due runs to start',
    async () => {
      const found = await database.pool.query<{ ms: number }>(
        `SELECT (extract(epoch FROM r.started_at - t.scheduled_for) * 1000)::float8 AS ms FROM ticks t JOIN runs r ON r.id = t.run_id
       WHERE t.outcome = 'ran' AND r.started_at IS NOT NULL`,
      )
      return found.rows.length >= due * minutes ? found.rows : null
    },
    { everyMs: 1_000 },
  )
  return rows.map(({ ms }) => ms)
}

/** Waits until the clock shows a second of the minute between the two, so that what follows is done before the minute ends. */
const waitForSecond = async (from: number, to: number): Promise<void> => {
  while (new Date().getSeconds() < from || new Date().getSeconds() > to) await delay(200)
}
