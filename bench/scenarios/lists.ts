import type { Database } from '@inlet/db'
import { SOURCE_STATES } from '@inlet/domain'
import type { Measure } from '../report/measure.js'
import { median } from '../report/statistics.js'
import { openStack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

const RATIO = { of: 'ratio', sense: 'below', limit: 4 } as const
const WARM_UP = 50

/** What reading lists and metrics of many sources costs, beside /health of the same process, asked in turn. */
export const measureLists: Scenario = async (context) => {
  const { settings, backend } = context
  // Without workers: nothing runs, and nothing else takes the processor.
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'lists', workers: 0 })
  try {
    await seedSources(stack.database, settings.sources)
    context.note(`${settings.sources} sources written by SQL`)
    const ask = (url: string) => timeGet(url, { authorization: `Bearer ${stack.key}` })
    await until('the scribe', () => ask(`${stack.scribeUrl}/health`).catch(() => null))
    const measures: Measure[] = []
    for (const [name, base, path] of listed(stack)) {
      const { own, health } = await compare(ask, { url: `${base}${path}`, beside: `${base}/health`, times: settings.quick ? 50 : 200 })
      const what = `GET ${path}${name} of ${settings.sources} sources, p50`
      const beside = { name: '/health', value: health, ratio: own / health }
      measures.push({ scenario: 'lists', backend, what, value: own, unit: 'ms', beside, target: RATIO })
    }
    return measures
  } finally {
    await stack.close()
  }
}

const listed = ({ url, scribeUrl }: { readonly url: string; readonly scribeUrl: string }): readonly (readonly [string, string, string])[] => [
  ['', url, '/v1/sources'],
  ...SOURCE_STATES.map((state) => ['', url, `/v1/sources?state=${state}`] as const),
  ['', url, '/v1/registry'],
  [' (api)', url, '/metrics'],
  [' (scribe)', scribeUrl, '/metrics'],
]

type Ask = (url: string) => Promise<number>

/** In turn, so that whatever else the machine does falls on both. */
const compare = async (ask: Ask, { url, beside, times }: { readonly url: string; readonly beside: string; readonly times: number }) => {
  const [own, health]: [number[], number[]] = [[], []]
  for (let n = 0; n < WARM_UP + times; n += 1) {
    const [first, second] = [await ask(url), await ask(beside)]
    if (n < WARM_UP) continue
    own.push(first)
    health.push(second)
  }
  return { own: median(own), health: median(health) }
}

/** Milliseconds until the whole answer has arrived. Throws on any status but 200. */
const timeGet = async (url: string, headers: Record<string, string>): Promise<number> => {
  const started = performance.now()
  const response = await fetch(url, { headers })
  await response.text()
  if (response.status !== 200) throw new Error(`GET ${url} → ${response.status}`)
  return performance.now() - started
}

/**
 * Sources as a grown installation has them: with some ended runs each, most of them good, one in ten failed, some paused, stopped or never
 * run, and a few that run or wait for a worker.
 */
const seedSources = async ({ pool }: Database, count: number): Promise<void> => {
  await pool.query(
    `INSERT INTO sources (slug, name, name_key, connector, status, labels, version_id, cron, next_tick_at, last_outcome, last_success_at, created_at)
     SELECT 'seeded-' || n, 'Seeded source ' || n, 'seeded source ' || n, CASE WHEN n % 2 = 0 THEN 'api' ELSE 'feed' END,
       CASE WHEN n % 50 = 1 THEN 'PAUSED' WHEN n % 50 = 2 THEN 'STOPPED' WHEN n % 50 = 3 THEN 'ERROR' ELSE 'ACTIVE' END,
       jsonb_build_object('team', 'team-' || n % 20), gen_random_uuid(), '0 3 1 1 *', now() + n * interval '1 hour',
       CASE WHEN n % 20 = 4 THEN NULL WHEN n % 10 = 3 THEN 'failed' ELSE 'succeeded' END,
       CASE WHEN n % 20 = 4 THEN NULL ELSE now() - n * interval '1 second' END, now() - n * interval '1 minute'
     FROM generate_series(1, $1::int) n`,
    [count],
  )
  await pool.query(
    `INSERT INTO source_versions (id, source_id, number, state, config, cron)
     SELECT version_id, id, 1, 'published', jsonb_build_object('url', 'https://example.com/' || slug, 'itemsPath', 'data.items', 'idPath', 'id'), cron FROM sources`,
  )
  await pool.query(
    `INSERT INTO runs (source_id, version_id, trigger, status, outcome, attempt, started_at, finished_at, records_read, inserted)
     SELECT id, version_id, 'schedule', 'ended', coalesce(last_outcome, 'succeeded'), 1, now() - g * interval '1 day', now() - g * interval '1 day', 100, 10
     FROM sources, generate_series(1, 5) g WHERE last_outcome IS NOT NULL`,
  )
  await pool.query(
    `UPDATE sources s SET last_run_id = (SELECT id FROM runs r WHERE r.source_id = s.id ORDER BY finished_at DESC LIMIT 1) WHERE last_outcome IS NOT NULL`,
  )
  // One in a hundred is active; of those every other one holds a lease.
  await pool.query(
    `WITH active AS (
       INSERT INTO runs (source_id, version_id, trigger, status, attempt, epoch)
       SELECT id, version_id, 'schedule', CASE WHEN n % 2 = 0 THEN 'running' ELSE 'parked' END, 1, 1
       FROM (SELECT id, version_id, row_number() OVER (ORDER BY slug) AS n FROM sources WHERE status = 'ACTIVE') s WHERE n % 100 < 2
       RETURNING id, source_id, status)
     INSERT INTO leases (source_id, epoch, run_id, holder, expires_at)
     SELECT source_id, 1, id, 'bench', now() + interval '1 hour' FROM active WHERE status = 'running'`,
  )
  await pool.query('VACUUM ANALYZE')
}
