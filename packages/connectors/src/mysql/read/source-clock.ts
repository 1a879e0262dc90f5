import { Failure } from '@inlet/connector-sdk'
import type { SqlSession } from '../../sql/session/session.js'
import type { MysqlConfig } from '../config.js'
import { MICROS_PER_SECOND, type Micros, parseMicros } from './time-text.js'

export interface SourceClock {
  /** The source's own time. */
  readonly now: Micros
  /** No open transaction that this account can see will commit rows stamped before this. */
  readonly horizon: Micros
}

const MAY_SEE_TRANSACTIONS = `SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'PROCESS' LIMIT 1`

/**
 * Seconds since the oldest open transaction that may write began. Its start is in the server's system time zone, in
 * whole seconds; our own transactions are read-only and hold nothing back.
 */
const OLDEST_SQL = `SELECT TIMESTAMPDIFF(SECOND, MIN(trx_started), CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM'))
  FROM information_schema.INNODB_TRX WHERE trx_is_read_only = 0 AND trx_mysql_thread_id <> CONNECTION_ID()`

/**
 * The horizon is now minus the safety lag, but no later than the start of any open transaction. Only accounts with the PROCESS
 * privilege see transactions; without it, the overlap covers them. Call this before the snapshot is taken: a transaction that
 * ends in between is then either counted or seen.
 */
export const readClock = async (session: Pick<SqlSession<unknown>, 'query'>, config: Pick<MysqlConfig, 'safetyLagSeconds'>): Promise<SourceClock> => {
  const [seen] = await session.query(MAY_SEE_TRANSACTIONS)
  const oldest = seen === undefined ? null : ((await session.query(OLDEST_SQL))[0]?.[0] ?? null)
  const [row] = await session.query('SELECT UTC_TIMESTAMP(6)')
  const now = parseMicros(row?.[0] ?? '')
  if (now === null) throw new Failure('UPSTREAM_INVALID', 'the server does not say what time it is')
  const lag = now - BigInt(config.safetyLagSeconds) * MICROS_PER_SECOND
  // One more second, because both ends were truncated to whole ones.
  const started = oldest === null ? lag : now - (BigInt(oldest) + 1n) * MICROS_PER_SECOND
  return { now, horizon: started < lag ? started : lag }
}
