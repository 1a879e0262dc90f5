import type { SqlSession } from '../../sql/session/session.js'
import type { PostgresConfig } from '../config.js'
import { APPLICATION_NAME } from '../session/open-client.js'

export interface SourceClock {
  /** The source's own time, ISO 8601 with microseconds. */
  readonly now: string
  /** No open transaction that this role can see will commit rows stamped before this. */
  readonly horizon: string
}

const iso = (expression: string): string => `pg_catalog.to_char((${expression}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || 'Z'`

/**
 * The horizon is now minus the safety lag, but no later than the start of any open transaction of this database. Ordinary roles
 * see only their own transactions, members of pg_read_all_stats see all of them; the overlap covers those of other roles. The
 * clock of a standby is the time up to which it has replayed.
 */
const CLOCK_SQL = `SELECT ${iso('c.now')}, ${iso('c.horizon')} FROM (SELECT pg_catalog.now() AS now, LEAST(
    pg_catalog.now() - pg_catalog.make_interval(secs => $1::pg_catalog.float8),
    (SELECT pg_catalog.min(a.xact_start) FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database()
      AND a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid() AND a.application_name <> $2),
    (SELECT pg_catalog.min(p.prepared) FROM pg_catalog.pg_prepared_xacts p WHERE p.database = pg_catalog.current_database()),
    CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_xact_replay_timestamp() - pg_catalog.make_interval(secs => $1::pg_catalog.float8) END
  ) AS horizon) c`

/** Call this before the snapshot is taken: a transaction that ends in between is then either counted or seen. */
export const readClock = async (
  session: Pick<SqlSession<number>, 'query'>,
  config: Pick<PostgresConfig, 'safetyLagSeconds'>,
): Promise<SourceClock> => {
  const [row] = await session.query(CLOCK_SQL, [String(config.safetyLagSeconds), APPLICATION_NAME])
  return { now: row?.[0] ?? '', horizon: row?.[1] ?? '' }
}
