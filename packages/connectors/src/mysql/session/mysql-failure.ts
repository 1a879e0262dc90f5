import { Failure, type Reason } from '@inlet/connector-sdk'
import type { Attempt } from '../../sql/dialect.js'
import { brokenReason, fieldOf, NO_CONNECTION_LEFT, networkReason, REASON_BY_SQLSTATE_CLASS, tlsHint } from '../../sql/session/network-reason.js'

/** By error number (MySQL and MariaDB error references); 1900 to 1999 are MariaDB's own. */
const BY_NUMBER: ReadonlyMap<number, Reason> = new Map<number, Reason>([
  ...numbers('AUTH_FAILED', [1045, 1130, 1251, 1524, 1698, 1820, 1862, 3118, 4151]),
  ...numbers('PERMISSION_DENIED', [1044, 1142, 1143, 1227, 1345, 1370, 1410]),
  ...numbers('NOT_FOUND_UPSTREAM', [1049]),
  ...numbers('SCHEMA_CHANGED', [1051, 1054, 1109, 1146, 1305, 1356, 1412, 1932]),
  ...numbers('SQL_COLUMN_UNUSABLE', [1060]),
  ...numbers('SQL_TIMEOUT', [1205, 1969, 3024]),
  ...numbers('CONNECTION_LOST', [1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 4031]),
  ...numbers('TLS_FAILED', [3159]),
  ...numbers('SQL_NOT_A_SELECT', [1792]),
  ...numbers('UPSTREAM_ERROR', [1040, 1129, 1203, 1226, 1317]),
])

function numbers(reason: Reason, list: readonly number[]): readonly (readonly [number, Reason])[] {
  return list.map((number) => [number, reason] as const)
}

/** Limits on connections of the server, of an account, and per hour. */
const TOO_MANY: ReadonlySet<number> = new Set([1040, 1203, 1226])

const WITHOUT_TLS = 'HANDSHAKE_NO_SSL_SUPPORT'
const AUTH_CODE = /^(?:AUTH_SWITCH_PLUGIN_ERROR|MYSQL_CLEAR_PASSWORD_NOT_ENABLED)$/

/** Converts an error of the client library or the server. Passes a `Failure` through; never reveals the password, which no message contains. */
export const toMysqlFailure = (thrown: unknown, attempt: Attempt): Failure => {
  if (thrown instanceof Failure) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const facts = factsOf(thrown)
  const reason = reasonOf(facts, message, attempt.connecting === true)
  const full = facts.number !== undefined && TOO_MANY.has(facts.number) ? { next: NO_CONNECTION_LEFT } : {}
  return new Failure(reason, `${attempt.doing}: ${message}${hintOf(reason, facts)}`, { cause: thrown, ...fieldOf(reason), ...full })
}

interface Facts {
  readonly code: string
  readonly number: number | undefined
  readonly state: string
}

const factsOf = (thrown: unknown): Facts => {
  const facts = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Readonly<Record<string, unknown>>
  const { code, errno, sqlState } = facts
  return {
    code: typeof code === 'string' ? code : '',
    // Errors of the operating system have negative numbers.
    number: typeof errno === 'number' && errno > 0 ? errno : undefined,
    state: typeof sqlState === 'string' ? sqlState : '',
  }
}

const hintOf = (reason: Reason, { code, number }: Facts): string => {
  if (reason !== 'TLS_FAILED') return ''
  // An error of the server itself: it demands TLS from an account that connected without it.
  return number === undefined ? `; ${tlsHint(code === WITHOUT_TLS)}` : '; set tls.mode to "verify-full" or "require"'
}

const reasonOf = ({ code, number, state }: Facts, message: string, connecting: boolean): Reason => {
  if (number !== undefined) return BY_NUMBER.get(number) ?? REASON_BY_SQLSTATE_CLASS[state.slice(0, 2)] ?? 'UPSTREAM_ERROR'
  // The library's own timeout; the operating system's message would include the address.
  if (message === 'connect ETIMEDOUT') return 'TIMEOUT'
  const network = networkReason(code, connecting)
  if (network !== null) return network
  if (AUTH_CODE.test(code) || /authentication using unknown plugin/.test(message)) return 'AUTH_FAILED'
  if (/closed state|connection lost|socket/i.test(message)) return brokenReason(connecting)
  return 'UPSTREAM_ERROR'
}
