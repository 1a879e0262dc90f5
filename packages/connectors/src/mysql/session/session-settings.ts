import type { MysqlConfig } from '../config.js'

/** Seconds the server waits for us: longer than back-pressure lasts, shorter than a dead worker may hold a snapshot. */
const IDLE_SECONDS = 900
const LOCK_WAIT_SECONDS = 10
/**
 * The server's own limit of a statement that sends rows. It counts the time that a slow reader takes, so that it can only
 * be a last resort: the limit of the settings is kept by the client, which ends the statement on another connection.
 */
const STREAM_SECONDS = 86_400

/**
 * What the check of statements, the literals and the converters rely on: `sql_mode` decides what a quote and a backslash
 * mean. `sql_select_limit` and `group_concat_max_len` would cut results without a word,
 * and beyond `max_sort_length` bytes keys would be sorted otherwise than they are compared.
 */
export const sessionSettings = (config: Pick<MysqlConfig, 'statementTimeoutSeconds'>, mariadb: boolean): readonly string[] => [
  'SET NAMES utf8mb4',
  `SET SESSION sql_mode = '', time_zone = '+00:00', autocommit = 1, sql_auto_is_null = 0, sql_select_limit = 18446744073709551615,
    group_concat_max_len = 1048576, max_sort_length = 16384, net_write_timeout = ${IDLE_SECONDS}, wait_timeout = ${IDLE_SECONDS},
    lock_wait_timeout = ${Math.min(LOCK_WAIT_SECONDS, config.statementTimeoutSeconds)},
    ${mariadb ? `max_statement_time = ${config.statementTimeoutSeconds}` : `max_execution_time = ${config.statementTimeoutSeconds * 1000}`}`,
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY',
]

/** A SELECT with the limit of statements that send many rows. */
export const withStreamLimit = (select: string, mariadb: boolean): string =>
  mariadb
    ? `SET STATEMENT max_statement_time = ${STREAM_SECONDS} FOR ${select}`
    : select.replace(/^SELECT /, `SELECT /*+ MAX_EXECUTION_TIME(${STREAM_SECONDS * 1000}) */ `)
