import type { PostgresConfig } from '../config.js'

/** Milliseconds without a statement after which the server may end a transaction: longer than back-pressure lasts, shorter than a dead worker may hold a snapshot. */
const IDLE_IN_TRANSACTION_MS = 900_000
const LOCK_WAIT_MS = 10_000

/** Local to the transaction, so that a pooler between us and the server hands nothing on. The converters rely on the formats. */
export const transactionSettings = (config: PostgresConfig): readonly (readonly [name: string, value: string])[] => [
  ['statement_timeout', String(config.statementTimeoutSeconds * 1000)],
  ['lock_timeout', String(Math.min(LOCK_WAIT_MS, config.statementTimeoutSeconds * 1000))],
  ['idle_in_transaction_session_timeout', String(IDLE_IN_TRANSACTION_MS)],
  ['client_encoding', 'UTF8'],
  ['timezone', 'UTC'],
  ['datestyle', 'ISO, YMD'],
  ['intervalstyle', 'iso_8601'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '3'],
  ['xmlbinary', 'base64'],
  ['jit', 'off'],
]
