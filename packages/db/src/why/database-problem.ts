import type { ProcessFacts, WhyFacts } from '@inlet/domain'
import type { Database } from '../database.js'
import { NO_CONNECTIONS, READ_ONLY, refusalOf } from '../database-failure.js'
import { ALIVE } from '../workers/worker-repository.js'

/** SQL for how many more connections Inlet's role may open. */
export const FREE_CONNECTIONS = `
SELECT current_setting('max_connections')::int
  - CASE WHEN current_setting('is_superuser') = 'on' THEN 0
    ELSE current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true)::int, 0) END
  - count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'`

interface ServerFacts {
  readonly readOnly: boolean
  readonly freeConnections: number
  readonly processes: readonly Pick<ProcessFacts, 'role' | 'alive'>[]
}

/** Returns why a server that answers accepts no changes, or none of our missing processes; null when it does. Pure. */
export const databaseProblemOf = ({ readOnly, freeConnections, processes }: ServerFacts): WhyFacts['databaseProblem'] => {
  if (readOnly) return refusalOf(READ_ONLY, '')
  const missing = (['worker', 'scribe'] as const).some((role) => !processes.some((process) => process.alive && process.role === role))
  // Processes that hold their connections do not notice that there are no others.
  return missing && freeConnections <= 0 ? refusalOf(NO_CONNECTIONS, '') : null
}

/** The same, read now; without our tables, every process counts as missing. */
export const readDatabaseProblem = async ({ pool }: Pick<Database, 'pool'>): Promise<WhyFacts['databaseProblem']> => {
  // SQL: reads the state of the server.
  const { rows } = await pool.query<{ readOnly: boolean; freeConnections: number; migrated: boolean }>(
    `SELECT current_setting('transaction_read_only') = 'on' AS "readOnly", (${FREE_CONNECTIONS})::int AS "freeConnections",
       to_regclass('workers') IS NOT NULL AS migrated`,
  )
  const { readOnly = false, freeConnections = 1, migrated = false } = rows[0] ?? {}
  const processes = migrated ? (await pool.query<ServerFacts['processes'][number]>(`SELECT role, ${ALIVE} AS alive FROM workers`)).rows : []
  return databaseProblemOf({ readOnly, freeConnections, processes })
}
