import type { MysqlConfig } from '../config.js'

/** Seconds the server waits for the client: longer than backpressure lasts, shorter than a dead worker may hold a snapshot. */
const IDLE_SECONDS = 900
const LOCK_WAIT_SECONDS = 10
/**
 * The server's own time limit for a statement that sends rows. It includes the time a slow reader takes, so it can only
 * be a last resort: the client enforces the configured limit, and kills the statement over another connection.
 */
const STREAM_SECONDS = 86_400

/**
 * Settings that the statement check, the literals and the converters rely on: `sql_mode` decides what quotes and backslashes
 * mean. `sql_select_limit` and `group_concat_max_len` would truncate results silently,
 * and beyond `max_sort_length` bytes keys would be sorted differently from how they are compared.
 */
export const sessionSettings = (config: Pick<MysqlConfig, 'statementTimeoutSeconds'>, mariadb: boolean): readonly string[] => [
  'SET NAMES utf8mb4',
  `SET SESSION sql_mode = '', time_zone = '+00:00', autocommit = 1, sql_auto_is_null = 0, sql_select_limit = 18446744073709551615,
    group_concat_max_len = 1048576, max_sort_length = 16384, net_write_timeout = ${IDLE_SECONDS}, wait_timeout = ${IDLE_SECONDS},
    lock_wait_timeout = ${Math.min(LOCK_WAIT_SECONDS, config.statementTimeoutSeconds)},
    ${mariadb ? `max_statement_time = ${config.statementTimeoutSeconds}` : `max_execution_time = ${config.statementTimeoutSeconds * 1000}`}`,
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
]

/** Adds the time limit of statements that send many rows to a SELECT. */
export const withStreamLimit = (select: string, mariadb: boolean): string =>
  mariadb
    ? `SET STATEMENT max_statement_time = ${STREAM_SECONDS} FOR ${select}`
    : select.replace(/^SELECT /, `SELECT /*+ MAX_EXECUTION_TIME(${STREAM_SECONDS * 1000}) */ `)
