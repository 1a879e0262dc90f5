import { Failure } from '@inlet/domain'

/** Headers that decide where a message ends or whom it reaches; only the client may set them (RFC 9110, 7.6.1; RFC 9112). */
const OF_THE_CONNECTION = [
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]
/** Headers that make clouds hand out a machine's credentials. */
const OF_CLOUDS = [
  'metadata',
  'metadata-flavor',
  'metadata-token',
  'x-google-metadata-request',
  'x-aws-ec2-metadata-token',
  'x-aws-ec2-metadata-token-ttl-seconds',
  'x-aliyun-ecs-metadata-token',
  'x-aliyun-ecs-metadata-token-ttl-seconds',
]
/** Headers that turn a read into a write. */
const OF_THE_METHOD = ['x-http-method', 'x-http-method-override', 'x-method-override']
const FORBIDDEN: ReadonlySet<string> = new Set([...OF_THE_CONNECTION, ...OF_CLOUDS, ...OF_THE_METHOD])
/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/
/** RFC 9110, 5.5: one line of visible characters, spaces and tabs. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Throws VALIDATION_FAILED with the field for a header that settings must not set, or that cannot be sent; never repeats a value. */
export const checkHeader = (name: string, value: string, field: string): void => {
  checkHeaderName(name, field)
  checkHeaderValue(value, field)
}

export const checkHeaderName = (name: string, field: string): void => {
  if (!TOKEN.test(name)) throw invalid(`${JSON.stringify(name.slice(0, 60))} is not a header name`, field, 'Use letters, digits and hyphens.')
  if (FORBIDDEN.has(name.toLowerCase())) throw invalid(`the header ${name} may not be set`, field, 'Leave it out.')
}

/** Whether a value can be sent in a header. */
export const isHeaderValue = (value: string): boolean => VALUE.test(value)

export const checkHeaderValue = (value: string, field: string): void => {
  if (!isHeaderValue(value))
    throw invalid('a header contains line breaks or other characters that cannot be sent', field, 'Write it on one line, in ASCII.')
}

/** Like `checkHeader`, for all headers of a setting, e.g. `config.headers`. */
export const checkHeaders = (headers: Readonly<Record<string, string>>, field: string): void => {
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value, `${field}.${name.slice(0, 60)}`)
}

const invalid = (message: string, field: string, next: string): Failure => new Failure('VALIDATION_FAILED', message, { field, next })
