import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@inlet/db'
import { RECORDS_PER_SOURCE, smallApiConfig, startSmallApi } from '../inputs/small-api.js'
import { measurePlainWorkers } from '../peers/plain-worker.js'
import type { Measure } from '../report/measure.js'
import type { ApiClient } from '../stack/api-client.js'
import { loadApi } from '../stack/api-load.js'
import { countStatements } from '../stack/count-statements.js'
import { readCpuSeconds } from '../stack/cpu-time.js'
import { inParallel } from '../stack/in-parallel.js'
import { API_PATHS, countEnded, expectEverythingOnce, measuresOfApi } from '../stack/small-runs.js'
import { openStack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import type { Scenario, ScenarioContext } from './scenario.js'

const FOUR_TENTHS = { of: 'ratio', sense: 'at least', limit: 0.4 } as const

/** Many sources ingesting at once on two workers, while people use the API. */
export const measureFleet: Scenario = async (context) => {
  const measures: Measure[] = []
  for (const sources of context.settings.fleets) measures.push(...(await measureOne(context, sources)))
  return [...measures, ...(await countRun(context))]
}

const COUNTED = 100
const SHOWN = 80

/** What a small run costs the database, and the processors, when nobody asks for anything else. */
const countRun = async (context: ScenarioContext): Promise<readonly Measure[]> => {
  const { backend } = context
  const site = await startSmallApi()
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'counted', workers: 2, counting: true })
  try {
    const { database, processes } = stack
    const ids = await registerFleet(stack.api, site.url, COUNTED)
    const cpu = (): number => processes.reduce((sum, { pid }) => sum + readCpuSeconds(pid), 0)
    const idle = await countIdle(database)
    const [cpuBefore, count, startedAt] = [cpu(), await countStatements(database), performance.now()]
    await inParallel(ids, 16, (id) => stack.api.call('POST', `/v1/sources/${id}/run`, {}))
    await until('all runs to end', async () => ((await countEnded(database)) === COUNTED ? true : null), { everyMs: 250 })
    const { statements, transactions, texts } = await count()
    const spent = (performance.now() - startedAt) / 1_000
    const transactionsOfRuns = transactions - idle.transactions * spent
    const statementsOfRuns = statements - 2 * transactions - idle.statements * spent
    const seconds = cpu() - cpuBefore
    await expectEverythingOnce(database, COUNTED)
    for (const { text, calls } of texts.slice(0, SHOWN))
      context.note(`${(calls / COUNTED).toFixed(2)} a run: ${text.replaceAll(/\s+/g, ' ').slice(0, 120)}`)
    const what = `${COUNTED} sources at once`
    return [
      {
        scenario: 'fleet',
        backend,
        what: `${what}: statements a run, BEGIN and COMMIT apart`,
        value: statementsOfRuns / COUNTED,
        unit: '',
        target: { of: 'value', sense: 'below', limit: 25 },
      },
      {
        scenario: 'fleet',
        backend,
        what: `${what}: transactions of several statements a run`,
        value: transactionsOfRuns / COUNTED,
        unit: '',
        target: { of: 'value', sense: 'below', limit: 4.05 },
      },
      { scenario: 'fleet', backend, what: `${what}: CPU of our processes a run`, value: (seconds / COUNTED) * 1_000, unit: 'ms' },
    ]
  } finally {
    await stack.close()
    await site.close()
  }
}

const IDLE_SECONDS = 10

/** What an installation sends in a second while nothing is due: no run causes it. BEGIN and COMMIT are no statements here. */
const countIdle = async (database: Database): Promise<{ readonly statements: number; readonly transactions: number }> => {
  const count = await countStatements(database)
  await delay(IDLE_SECONDS * 1_000)
  const { statements, transactions } = await count()
  return { statements: (statements - 2 * transactions) / IDLE_SECONDS, transactions: transactions / IDLE_SECONDS }
}

const registerFleet = (api: ApiClient, url: string, sources: number): Promise<readonly string[]> =>
  inParallel([...Array(sources).keys()], 8, async (n) => {
    const body = { name: `Fleet ${n}`, connector: 'api', config: smallApiConfig(url, n), runNow: false }
    return (await api.call<{ id: string }>('POST', '/v1/sources', body)).body.id
  })

const measureOne = async (context: ScenarioContext, sources: number): Promise<readonly Measure[]> => {
  const { backend } = context
  const site = await startSmallApi()
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'fleet', workers: 2 })
  try {
    const { api, database } = stack
    const ids = await registerFleet(api, site.url, sources)
    const cpu = (): number => stack.processes.reduce((sum, { pid }) => sum + readCpuSeconds(pid), 0)
    const load = loadApi(api, API_PATHS, 10)
    const [cpuBefore, started] = [cpu(), performance.now()]
    await inParallel(ids, 16, (id) => api.call('POST', `/v1/sources/${id}/run`, {}))
    await until('all runs to end', async () => ((await countEnded(database)) === sources ? true : null), { everyMs: 50 })
    const seconds = (performance.now() - started) / 1000
    const cpuMs = ((cpu() - cpuBefore) / sources) * 1_000
    const times = await load.stop()
    await expectEverythingOnce(database, sources)
    await stack.close()
    const redisServer = context.binaries['redis-server']
    const plain = redisServer === null ? null : await measurePlainWorkers({ postgres: context.postgres, redisServer, apiUrl: site.url, sources })
    const beside = (value: number, peer: number | undefined): Pick<Measure, 'beside'> =>
      peer === undefined ? {} : { beside: { name: 'plain BullMQ worker', value: peer, ratio: value / peer } }
    const what = `${sources} sources at once`
    return [
      { scenario: 'fleet', backend, what: `${what}: all complete, each record once, after`, value: seconds, unit: 's' },
      {
        scenario: 'fleet',
        backend,
        what: `${what}: runs`,
        value: sources / seconds,
        unit: '/s',
        ...beside(sources / seconds, plain?.runsPerSecond),
        ...(plain === null ? {} : { target: FOUR_TENTHS }),
      },
      { scenario: 'fleet', backend, what: `${what}: CPU of all processes a run`, value: cpuMs, unit: 'ms', ...beside(cpuMs, plain?.cpuMs) },
      { scenario: 'fleet', backend, what: `${what}: records stored`, value: (sources * RECORDS_PER_SOURCE) / seconds, unit: '/s' },
      ...measuresOfApi('fleet', backend, what, times),
    ]
  } finally {
    await stack.close()
    await site.close()
  }
}
