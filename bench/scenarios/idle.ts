import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@inlet/db'
import type { Measure } from '../report/measure.js'
import { countStatements } from '../stack/count-statements.js'
import { openStack } from '../stack/stack.js'
import { readStackCpu } from '../stack/stack-cpu.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

const SOURCES = 1_000
const SHOWN = 40
/** After the last source has its job scheduler: what was begun with them is over, and V8 has compacted the heaps that starting filled. */
const CALM_MS = 60_000
const SERVERS = new Set(['postgres', 'redis'])

/** What an installation does while nothing is due: statements a second, and the part of a core that each of its processes takes. */
export const measureIdle: Scenario = async (context) => {
  const { settings, backend, postgres } = context
  const seconds = settings.quick ? 30 : 120
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'idle', workers: 2, counting: true })
  try {
    const { database } = stack
    await seedHourly(database)
    await until('all sources to have their job scheduler', async () => ((await countUnsynced(database)) === 0 ? true : null), {
      everyMs: 1_000,
      limitMs: 300_000,
    })
    await delay(CALM_MS)
    const [before, count] = [readStackCpu(stack, postgres.pid), await countStatements(database)]
    await delay(seconds * 1_000)
    const [after, { statements, transactions, texts }] = [readStackCpu(stack, postgres.pid), await count()]
    for (const { text, calls } of texts.slice(0, SHOWN))
      context.note(`${(calls / seconds).toFixed(2)} a second: ${text.replaceAll(/\s+/g, ' ').slice(0, 150)}`)
    const what = `${SOURCES} hourly sources, none due`
    const shares = Object.entries(after).map(([name, now]) => ({ name, share: ((now - (before[name] ?? 0)) / seconds) * 100 }))
    const all = shares.filter(({ name }) => !SERVERS.has(name)).reduce((sum, { share }) => sum + share, 0)
    return [
      {
        scenario: 'idle',
        backend,
        what: `${what}: statements, BEGIN and COMMIT apart`,
        value: (statements - 2 * transactions) / seconds,
        unit: '/s',
        target: { of: 'value', sense: 'below', limit: 3 },
      },
      ...shares.map(({ name, share }): Measure => ({ scenario: 'idle', backend, what: `${what}: ${name}`, value: share, unit: '% of a core' })),
      {
        scenario: 'idle',
        backend,
        what: `${what}: all of our processes`,
        value: all,
        unit: '% of a core',
        target: { of: 'value', sense: 'below', limit: 1 },
      },
    ]
  } finally {
    await stack.close()
  }
}

/** Sources that ran half an hour ago and are due in half an hour. */
const seedHourly = async ({ pool }: Database): Promise<void> => {
  await pool.query(
    `INSERT INTO sources (slug, name, name_key, connector, version_id, cron, next_tick_at, last_outcome, last_success_at)
     SELECT 'hourly-' || n, 'Hourly ' || n, 'hourly ' || n, 'api', gen_random_uuid(), extract(minute FROM due) || ' * * * *', date_trunc('minute', due), 'ok', now() - interval '30 minutes'
     FROM generate_series(1, $1::int) n, (SELECT now() + interval '30 minutes' AS due) d`,
    [SOURCES],
  )
  await pool.query(
    `INSERT INTO source_versions (id, source_id, number, state, config, cron)
     SELECT version_id, id, 1, 'published', jsonb_build_object('url', 'https://example.com/' || slug), cron FROM sources`,
  )
}

const countUnsynced = async ({ pool }: Database): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM sources WHERE synced_schedule IS NULL')
  return rows[0]?.n ?? 0
}
