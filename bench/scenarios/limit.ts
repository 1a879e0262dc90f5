import { type LimitStyle, startLimitedApi } from '../inputs/limited-api.js'
import type { Measure } from '../report/measure.js'
import { inParallel } from '../stack/in-parallel.js'
import { openStack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import type { Scenario, ScenarioContext } from './scenario.js'

const SOURCES = 20
const WORKERS = 8
const PER_MINUTE = 100
const MINUTES = 3

/** Many sources with one token on many workers against an API that allows 100 requests a minute. */
export const measureLimit: Scenario = async (context) => [
  ...(await measureOne(context, 'silent')),
  ...(context.settings.quick ? [] : await measureOne(context, 'headers')),
]

const measureOne = async (context: ScenarioContext, style: LimitStyle): Promise<readonly Measure[]> => {
  const { backend, settings } = context
  const minutes = settings.quick ? 1 : MINUTES
  const api = await startLimitedApi(PER_MINUTE, style)
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: `limit_${style}`, workers: WORKERS })
  try {
    await inParallel([...Array(SOURCES).keys()], 8, (n) =>
      stack.api.call('POST', '/v1/sources', {
        name: `Limited ${n}`,
        connector: 'api',
        secrets: { token: 'one-token-for-all' },
        config: {
          url: `${api.url}/sources/${n}`,
          auth: { kind: 'bearer' },
          ...(style === 'silent' ? { requestsPerMinute: PER_MINUTE } : {}),
          streams: [{ name: 'items', path: '/items', recordsPath: 'items', keyFields: ['id'], pagination: { kind: 'page', pageSize: 1 } }],
        },
      }),
    )
    const first = await until('the first request', () => Promise.resolve(api.served[0] ?? null), { everyMs: 100 })
    await until('the minutes to pass', () => Promise.resolve(performance.now() - first >= minutes * 60_000 ? true : null), {
      everyMs: 200,
      limitMs: (minutes + 1) * 60_000,
    })
    const served = api.served.filter((at) => at - first < minutes * 60_000).length
    const announced = style === 'silent' ? 'known by the settings' : 'announced by headers'
    const what = `${SOURCES} sources, one token, ${WORKERS} workers, limit ${announced}`
    const quota = { name: `${minutes * PER_MINUTE} allowed`, value: minutes * PER_MINUTE, ratio: served / (minutes * PER_MINUTE) }
    return [
      {
        scenario: 'limit',
        backend,
        what: `${what}: requests served`,
        value: served,
        unit: '',
        beside: quota,
        target: { of: 'ratio', sense: 'at least', limit: 0.9 },
      },
      { scenario: 'limit', backend, what: `${what}: answers 429`, value: api.refused(), unit: '', target: { of: 'value', sense: 'below', limit: 1 } },
    ]
  } finally {
    await stack.close()
    await api.close()
  }
}
