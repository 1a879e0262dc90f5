import type { AccessField, DurationUnit } from './access.js'

/** The fields that nginx's variables, and names close to them, stand for. Others are kept under `extra`. */
export const VARIABLES: Readonly<Record<string, AccessField>> = {
  remote_addr: 'remoteAddress',
  client_ip: 'remoteAddress',
  remote_user: 'remoteUser',
  time_local: 'time',
  time_iso8601: 'time',
  time: 'time',
  msec: 'time',
  request: 'request',
  request_method: 'method',
  method: 'method',
  request_uri: 'target',
  uri: 'target',
  path: 'target',
  server_protocol: 'protocol',
  protocol: 'protocol',
  status: 'status',
  body_bytes_sent: 'bytes',
  bytes_sent: 'bytes',
  bytes: 'bytes',
  request_time: 'duration',
  duration: 'duration',
  request_time_ms: 'duration',
  duration_ms: 'duration',
  host: 'host',
  http_host: 'host',
  server_name: 'host',
  http_referer: 'referrer',
  http_user_agent: 'userAgent',
}

/** Variables without meaning, such as the second field of the Common Log Format. */
export const IGNORED: ReadonlySet<string> = new Set(['ident', 'skip', 'ignore', '_'])

/** The unit a variable is known to have. */
export const unitOfVariable = (name: string): DurationUnit => (name.endsWith('_ms') ? 'ms' : 's')

export const COMMON = '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent'
export const COMBINED = `${COMMON} "$http_referer" "$http_user_agent"`
