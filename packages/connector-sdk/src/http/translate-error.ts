import { Failure, type Reason } from '@inlet/domain'

/**
 * The one place where errors of axios and of Node's sockets, TLS, HTTP parser and zlib become failures.
 * @param target the request, for the message, e.g. `GET https://example.com/items`
 */
export const toNetworkFailure = (thrown: unknown, target: string): Failure => {
  const chain = errorChain(thrown)
  const known = chain.find((error) => error instanceof Failure)
  if (known !== undefined) return known
  const code = chain.map(codeOf).find((found) => found !== '' && !AXIOS_CODES.has(found)) ?? ''
  const [reason, what] = classify(code)
  return new Failure(reason, `${target}: ${what}${code === '' ? '' : ` (${code})`}`, { cause: thrown })
}

const classify = (code: string): readonly [Reason, string] => {
  const exact = EXACT[code]
  if (exact !== undefined) return exact
  if (code.startsWith('EAI_')) return DNS
  if (code.startsWith('HPE_')) return ['UPSTREAM_INVALID', 'the answer is not valid HTTP']
  if (code.startsWith('Z_') || code.startsWith('ERR_BROTLI') || code.startsWith('ERR__ERROR_')) {
    return ['UPSTREAM_INVALID', 'the compressed body is damaged']
  }
  if (/CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code)) return ['TLS_FAILED', 'no secure connection']
  return ['CONNECTION_LOST', 'the connection broke']
}

const UNREACHABLE = ['UNREACHABLE', 'cannot connect'] as const
const DNS = ['DNS_FAILED', 'the host name does not resolve'] as const
const UNTRUSTED = ['TLS_FAILED', 'no authority that is trusted vouches for the certificate of the server, or its chain is incomplete'] as const
const LOST = ['CONNECTION_LOST', 'the connection broke before the answer was complete'] as const
const HEADER = ['VALIDATION_FAILED', 'a request header holds characters that cannot be sent'] as const
const EXACT: Readonly<Record<string, readonly [Reason, string]>> = {
  ECONNREFUSED: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  EHOSTDOWN: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENETDOWN: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  ENOTFOUND: DNS,
  ENODATA: DNS,
  ESERVFAIL: DNS,
  ECONNRESET: LOST,
  ECONNABORTED: LOST,
  EPIPE: LOST,
  HPE_INVALID_EOF_STATE: LOST,
  ERR_STREAM_PREMATURE_CLOSE: LOST,
  // "unexpected end of file": the compressed stream was cut off.
  Z_BUF_ERROR: LOST,
  EPROTO: ['TLS_FAILED', 'no secure connection: the server speaks no TLS there, or no version of it that is safe'],
  CERT_HAS_EXPIRED: ['TLS_FAILED', 'the certificate of the server has expired'],
  CERT_NOT_YET_VALID: ['TLS_FAILED', 'the certificate of the server is not valid yet, or a clock is wrong'],
  CERT_REVOKED: ['TLS_FAILED', 'the certificate of the server was revoked'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['TLS_FAILED', 'the certificate of the server is for another host name'],
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  ERR_INVALID_CHAR: HEADER,
  ERR_INVALID_HTTP_TOKEN: HEADER,
  ERR_UNESCAPED_CHARACTERS: ['INVALID_URL', 'the path holds characters that cannot be sent'],
}

/** Codes of axios itself say less than the cause below them. */
const AXIOS_CODES = new Set(['ERR_NETWORK', 'ERR_BAD_RESPONSE', 'ERR_BAD_REQUEST', 'ERR_CANCELED', 'ERR_FR_REDIRECTION_FAILURE'])

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

/** The error and its causes, outermost first; of several connection attempts the first counts. */
const errorChain = (thrown: unknown): readonly Error[] => {
  const chain: Error[] = []
  let current: unknown = thrown
  while (current instanceof Error && chain.length < 10) {
    chain.push(current)
    current = current.cause ?? (current instanceof AggregateError ? current.errors[0] : undefined)
  }
  return chain
}
