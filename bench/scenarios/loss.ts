import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@inlet/db'
import { ticksBetween } from '@inlet/domain'
import { openQueues, UNCONFIRMED } from '@inlet/queue'
import { smallApiConfig, startSmallApi } from '../inputs/small-api.js'
import { inParallel } from '../stack/in-parallel.js'
import { openStack } from '../stack/stack.js'
import { until } from '../stack/until.js'
import type { Scenario } from './scenario.js'

const EVERY_MINUTE = { cron: '* * * * *', timeZone: 'UTC' }
const MINUTES_AFTER = 2
const RESTORED_WITHIN = { of: 'value', sense: 'below', limit: 60 } as const
const NOTHING = { of: 'value', sense: 'below', limit: 1 } as const

/** Empties Redis while many schedules tick: how soon they are restored, and whether any tick is missing or ran twice. */
export const measureLoss: Scenario = async (context) => {
  const { settings, backend } = context
  if (backend === 'postgres') {
    context.note('a queue in Postgres is lost with the database only: not measured')
    return []
  }
  const site = await startSmallApi()
  const stack = await openStack({ ...context, redisServer: context.binaries['redis-server'], name: 'loss', workers: 2 })
  const { api, database, redisUrl } = stack
  const queues = await openQueues({ redisUrl, databaseUrl: '', confirm: UNCONFIRMED, onError: () => {} })
  try {
    await inParallel([...Array(settings.schedules).keys()], 8, (n) =>
      api.call('POST', '/v1/sources', {
        name: `Every minute ${n}`,
        connector: 'api',
        config: smallApiConfig(site.url, n),
        schedule: EVERY_MINUTE,
        runNow: false,
      }),
    )
    const allQueued = (): Promise<true | null> => queues.countSchedules().then((count) => count === settings.schedules || null)
    await until('all schedules to be queued', allQueued)
    await until('a first round of ticks', async () => ((await countTicks(database)) >= settings.schedules ? true : null), { everyMs: 500 })
    const owed = await readOwed(database)
    const lostAt = performance.now()
    await flush(redisUrl ?? '')
    await until('all schedules to be restored', allQueued, { everyMs: 100 })
    const seconds = (performance.now() - lostAt) / 1_000
    await delay(MINUTES_AFTER * 60_000)
    const { missing, twice } = await compareWithLedger(database, owed)
    const what = `${settings.schedules} schedules, FLUSHALL`
    return [
      { scenario: 'loss', backend, what: `${what}: all restored after`, value: Number(seconds.toFixed(1)), unit: 's', target: RESTORED_WITHIN },
      { scenario: 'loss', backend, what: `${what}: expected ticks − ledger`, value: missing, unit: 'ticks', target: NOTHING },
      { scenario: 'loss', backend, what: `${what}: ticks that ran twice`, value: twice, unit: 'ticks', target: NOTHING },
    ]
  } finally {
    await queues.close()
    await stack.close()
    await site.close()
  }
}

const flush = async (url: string): Promise<void> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write('FLUSHALL\r\n')
  const [answer] = await once(socket, 'data')
  socket.destroy()
  if (!String(answer).startsWith('+OK')) throw new Error(`FLUSHALL answers ${answer}`)
}

const countTicks = async (database: Database): Promise<number> => {
  const { rows } = await database.pool.query<{ n: number }>('SELECT count(DISTINCT source_id)::int AS n FROM ticks')
  return rows[0]?.n ?? 0
}

/** By source, the next due moment that the ledger does not hold yet. */
const readOwed = async (database: Database): Promise<ReadonlyMap<string, Date>> => {
  const { rows } = await database.pool.query<{ id: string; next_tick_at: Date }>('SELECT id, next_tick_at FROM sources')
  return new Map(rows.map(({ id, next_tick_at }) => [id, next_tick_at]))
}

/** Every due moment from what was owed before the loss to what is awaited now must stand in the ledger; each makes one run at most. */
const compareWithLedger = async (
  database: Database,
  owed: ReadonlyMap<string, Date>,
): Promise<{ readonly missing: number; readonly twice: number }> => {
  const { rows } = await database.pool.query<{ id: string; next_tick_at: Date; moments: Date[] | null }>(
    'SELECT id, next_tick_at, (SELECT array_agg(scheduled_for) FROM ticks WHERE source_id = s.id) AS moments FROM sources s',
  )
  const missing = rows.reduce((sum, { id, next_tick_at, moments }) => {
    const from = owed.get(id) ?? next_tick_at
    const expected = ticksBetween(EVERY_MINUTE, new Date(from.getTime() - 1), new Date(next_tick_at.getTime() - 1), 10_000).ticks
    const found = new Set(moments?.map((moment) => moment.getTime()))
    return sum + expected.filter((tick) => !found.has(tick.getTime())).length
  }, 0)
  const runs = await database.pool.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (SELECT FROM runs WHERE scheduled_for IS NOT NULL GROUP BY source_id, scheduled_for HAVING count(*) > 1) doubled`,
  )
  return { missing, twice: runs.rows[0]?.n ?? 0 }
}
