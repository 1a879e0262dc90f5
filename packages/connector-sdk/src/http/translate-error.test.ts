import { expect, it } from 'vitest'
import { toNetworkFailure } from './translate-error.js'

it.each([
  ['CERT_HAS_EXPIRED', 'TLS_FAILED', 'has expired'],
  ['CERT_NOT_YET_VALID', 'TLS_FAILED', 'not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS_FAILED', 'for another host name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_FAILED', 'no authority that is trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLS_FAILED', 'its chain is incomplete'],
  ['EPROTO', 'TLS_FAILED', 'speaks no TLS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS_FAILED', 'no secure connection'],
  ['ENOTFOUND', 'DNS_FAILED', 'does not resolve'],
  ['ECONNREFUSED', 'UNREACHABLE', 'cannot connect'],
])('says what %s means, under the reason %s', (code, reason, words) => {
  // As axios passes it on: its own code says less than that of the cause.
  const cause = Object.assign(new Error('low'), { code })
  const failure = toNetworkFailure(Object.assign(new Error('high', { cause }), { code: 'ERR_NETWORK' }), 'GET https://a.test/x')
  expect(failure).toMatchObject({ reason, message: expect.stringContaining(words) })
  expect(failure.message).toMatch(new RegExp(`^GET https://a\\.test/x: .* \\(${code}\\)$`, 'u'))
})
