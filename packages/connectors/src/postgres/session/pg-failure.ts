import { Failure } from '@inlet/connector-sdk'
import { tlsHint } from '../../sql/session/tls-hint.js'

type Reason = ConstructorParameters<typeof Failure>[0]

/** What was being done when it failed. */
export interface Attempt {
  /** For the message, e.g. `reading public.orders`. */
  readonly doing: string
  /** Before the server had answered once: a broken connection means it was never reached. */
  readonly connecting?: boolean
}

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

/** By the first two characters of the SQLSTATE (PostgreSQL manual, appendix A). */
const BY_CLASS: Readonly<Record<string, Reason>> = { '08': 'CONNECTION_LOST', '22': 'UPSTREAM_INVALID', '42': 'SQL_SYNTAX' }

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
])
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])
const TLS_CODE = /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/
const WITHOUT_TLS = /does not support SSL/
const TLS_MESSAGE = /does not support SSL|establishing an SSL connection/

/** What an error of the client library or the server means for the source. Passes a `Failure` through; never shows the password, which no message contains. */
export const toPgFailure = (thrown: unknown, attempt: Attempt): Failure => {
  if (thrown instanceof Failure) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const reason = reasonOf(code, message, attempt.connecting === true)
  const hint = reason === 'TLS_FAILED' ? `; ${tlsHint(WITHOUT_TLS.test(message))}` : ''
  return new Failure(reason, `${attempt.doing}: ${message}${hint}`, { cause: thrown })
}

const reasonOf = (code: string, message: string, connecting: boolean): Reason => {
  const broken = connecting ? 'UNREACHABLE' : 'CONNECTION_LOST'
  if (/^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE') return BY_SQLSTATE[code] ?? BY_CLASS[code.slice(0, 2)] ?? 'UPSTREAM_ERROR'
  if (UNREACHABLE.has(code)) return 'UNREACHABLE'
  if (BROKEN.has(code)) return broken
  if (TLS_CODE.test(code) || TLS_MESSAGE.test(message)) return 'TLS_FAILED'
  if (message === 'timeout expired') return 'TIMEOUT'
  if (/SASL|SCRAM|password/i.test(message)) return 'AUTH_FAILED'
  if (/[Cc]onnection terminated|not queryable|Client was closed|socket/.test(message)) return broken
  return 'UPSTREAM_ERROR'
}
