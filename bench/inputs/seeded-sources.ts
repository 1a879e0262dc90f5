import { randomUUID } from 'node:crypto'
import { createSource, type Database } from '@inlet/db'
import { inParallel } from '../stack/in-parallel.js'
import { until } from '../stack/until.js'
import { smallApiConfig } from './small-api.js'

/** Writes sources `seeded-<n>` of the small API, scheduled in UTC: the repository the API uses, eight at a time. */
export const seedSources = (database: Database, url: string, count: number, cronOf: (n: number) => string): Promise<unknown> =>
  inParallel([...Array(count).keys()], 8, (n) =>
    createSource(
      database,
      {
        id: randomUUID(),
        name: `Seeded source ${n}`,
        slug: `seeded-${n}`,
        connector: 'api',
        config: smallApiConfig(url, n),
        schedule: { cron: cronOf(n), timeZone: 'UTC' },
        labels: { seeded: 'true' },
        sealedSecrets: null,
      },
      'system',
    ),
  )

/** Waits until the reconciler has given each of them its job scheduler. */
export const untilSynced = (database: Database): Promise<true> =>
  until('the reconciler to sync all schedules', async () => {
    const { rows } = await database.pool.query('SELECT FROM sources WHERE cron IS NOT NULL AND synced_schedule IS NULL LIMIT 1')
    return rows.length === 0 || null
  })
