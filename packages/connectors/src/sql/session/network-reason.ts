import type { Reason } from '@inlet/connector-sdk'

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
])
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'PROTOCOL_CONNECTION_LOST', 'ERR_STREAM_DESTROYED'])
const TLS_CODE = /^(?:HANDSHAKE_|ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/

/** By the first two characters of the SQLSTATE, for codes that the dialect does not know better. */
export const REASON_BY_SQLSTATE_CLASS: Readonly<Record<string, Reason>> = {
  '08': 'CONNECTION_LOST',
  '22': 'UPSTREAM_INVALID',
  '42': 'SQL_SYNTAX',
}

/** Returns the reason for a connection that broke. @param connecting before the server's first answer */
export const brokenReason = (connecting: boolean): Reason => (connecting ? 'UNREACHABLE' : 'CONNECTION_LOST')

/** Returns the reason for the code of a network or TLS error; null for any other code. */
export const networkReason = (code: string, connecting: boolean): Reason | null => {
  if (UNREACHABLE.has(code)) return 'UNREACHABLE'
  if (BROKEN.has(code)) return brokenReason(connecting)
  return TLS_CODE.test(code) ? 'TLS_FAILED' : null
}

/** Returns what may cause a broken TLS handshake with a database, to add to the failure's message. @param without the server speaks no TLS at all */
export const tlsHint = (without: boolean): string =>
  without
    ? 'set tls.mode to "disable" if its network may see everything in clear'
    : 'tls.ca and tls.serverName say which certificate to expect, tls.mode "require" encrypts without looking at it'

/** Returns the setting at which a form shows why a connection failed; none for what no single setting would correct. */
export const fieldOf = (reason: Reason): { readonly field?: string } =>
  reason === 'TLS_FAILED' ? { field: 'config.tls.mode' } : reason === 'AUTH_FAILED' ? { field: 'secrets.password' } : {}

/** What to do when a server takes no further connection. */
export const NO_CONNECTION_LEFT =
  'End connections at the server that nobody needs, or let it (or this account) have more of them; it is tried again with back-off.'
