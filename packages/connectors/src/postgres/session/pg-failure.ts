import { Failure, type Reason } from '@inlet/connector-sdk'
import type { Attempt } from '../../sql/dialect.js'
import { brokenReason, fieldOf, NO_CONNECTION_LEFT, networkReason, REASON_BY_SQLSTATE_CLASS, tlsHint } from '../../sql/session/network-reason.js'

const BY_SQLSTATE: Readonly<Record<string, Reason>> = {
  '28P01': 'AUTH_FAILED',
  '28000': 'AUTH_FAILED',
  '42501': 'PERMISSION_DENIED',
  '3D000': 'NOT_FOUND_UPSTREAM',
  '42P01': 'SCHEMA_CHANGED',
  '42703': 'SCHEMA_CHANGED',
  '3F000': 'SCHEMA_CHANGED',
  '42704': 'SCHEMA_CHANGED',
  '42883': 'SCHEMA_CHANGED',
  '42804': 'SCHEMA_CHANGED',
  '57014': 'SQL_TIMEOUT',
  '25P03': 'CONNECTION_LOST',
  '25P04': 'CONNECTION_LOST',
  '57P01': 'CONNECTION_LOST',
  '57P02': 'CONNECTION_LOST',
  '57P05': 'CONNECTION_LOST',
  '25006': 'SQL_NOT_A_SELECT',
}

const WITHOUT_TLS = /does not support SSL/
const TLS_MESSAGE = /does not support SSL|establishing an SSL connection/

/** Converts an error of the client library or the server. Passes a `Failure` through; never reveals the password, which no message contains. */
export const toPgFailure = (thrown: unknown, attempt: Attempt): Failure => {
  if (thrown instanceof Failure) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const reason = reasonOf(code, message, attempt.connecting === true)
  const hint = reason === 'TLS_FAILED' ? `; ${tlsHint(WITHOUT_TLS.test(message))}` : ''
  const full = code === '53300' ? { next: NO_CONNECTION_LEFT } : {}
  return new Failure(reason, `${attempt.doing}: ${message}${hint}`, { cause: thrown, ...fieldOf(reason), ...full })
}

const reasonOf = (code: string, message: string, connecting: boolean): Reason => {
  if (/^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE') return BY_SQLSTATE[code] ?? REASON_BY_SQLSTATE_CLASS[code.slice(0, 2)] ?? 'UPSTREAM_ERROR'
  const network = networkReason(code, connecting)
  if (network !== null) return network
  if (TLS_MESSAGE.test(message)) return 'TLS_FAILED'
  if (message === 'timeout expired') return 'TIMEOUT'
  if (/SASL|SCRAM|password/i.test(message)) return 'AUTH_FAILED'
  if (/[Cc]onnection terminated|not queryable|Client was closed|socket/.test(message)) return brokenReason(connecting)
  return 'UPSTREAM_ERROR'
}
