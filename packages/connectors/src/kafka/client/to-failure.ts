import { Failure, type Reason } from '@inlet/connector-sdk'

interface Thrown {
  readonly name?: string
  /** From the protocol, e.g. TOPIC_AUTHORIZATION_FAILED. */
  readonly type?: string
  /** From the operating system or TLS, e.g. ECONNREFUSED. */
  readonly code?: string
  readonly message?: string
}

const BY_TYPE: Readonly<Record<string, Reason>> = {
  TOPIC_AUTHORIZATION_FAILED: 'PERMISSION_DENIED',
  GROUP_AUTHORIZATION_FAILED: 'PERMISSION_DENIED',
  CLUSTER_AUTHORIZATION_FAILED: 'PERMISSION_DENIED',
  SASL_AUTHENTICATION_FAILED: 'AUTH_FAILED',
  UNSUPPORTED_SASL_MECHANISM: 'AUTH_FAILED',
  ILLEGAL_SASL_STATE: 'AUTH_FAILED',
  UNKNOWN_TOPIC_OR_PARTITION: 'NOT_FOUND_UPSTREAM',
  INVALID_TOPIC_EXCEPTION: 'NOT_FOUND_UPSTREAM',
  CORRUPT_MESSAGE: 'UPSTREAM_INVALID',
  UNSUPPORTED_COMPRESSION_TYPE: 'UPSTREAM_INVALID',
}
const TLS = /CERT|ERR_TLS|ERR_SSL|EPROTO/

/** Translates what kafkajs threw. Its messages may repeat what a server said, so only known ones are passed on. */
export const toKafkaFailure = (thrown: unknown, doing: string): Failure => {
  if (thrown instanceof Failure) return thrown
  const { name = '', type = '', code = '', message = '' } = (thrown ?? {}) as Thrown
  const fail = (reason: Reason, text: string): Failure => new Failure(reason, `${doing}: ${text}`, { cause: thrown })
  const byType = BY_TYPE[type]
  if (byType !== undefined) return fail(byType, `the broker answers ${type}`)
  if (name === 'KafkaJSSASLAuthenticationError') return fail('AUTH_FAILED', 'the broker refuses the account')
  if (name === 'KafkaJSServerDoesNotSupportApiKey') return fail('AUTH_FAILED', 'the broker offers no SASL at this address; see `sasl` and the port')
  if (TLS.test(code) || /certificate|altnames/i.test(message)) return fail('TLS_FAILED', code === '' ? 'the certificate is not accepted' : code)
  if (name === 'KafkaJSRequestTimeoutError') return fail('TIMEOUT', 'the broker did not answer in time')
  if (message.includes('protocol of Kafka')) return fail('UNREACHABLE', 'what answers there does not speak the protocol of Kafka; is it TLS?')
  if (name === 'KafkaJSConnectionClosedError' || /closed by the server/i.test(message))
    return fail('UNREACHABLE', 'the broker closed the connection; see `tls` and `sasl` if it always does')
  if (name.startsWith('KafkaJSConnection') || name === 'KafkaJSLockTimeout' || name === 'KafkaJSTimeout')
    return fail('UNREACHABLE', code === '' ? 'no connection' : code)
  if (type !== '') return fail('UPSTREAM_ERROR', `the broker answers ${type}`)
  if (name.startsWith('KafkaJS')) return fail('UPSTREAM_INVALID', `what the broker answers cannot be read (${name})`)
  return new Failure('INTERNAL', `${doing}: ${message}`, { cause: thrown })
}
