import { describe, expect, it } from 'vitest'
import { createSigningSecret, isSigningSecret, signMessage } from './sign-message.js'

describe('signMessage', () => {
  it('signs the example of the Standard Webhooks reference libraries', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330, body: '{"test": 2432232314}' }
    expect(signMessage(message, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })
  it('signs with both secrets during a change', () => {
    const headers = signMessage({ id: 'm', at: 1, body: '' }, [createSigningSecret(), createSigningSecret()])
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/u)
  })
})

describe('isSigningSecret', () => {
  it.each([
    [createSigningSecret(), true],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', true],
    ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', false],
    ['whsec_c2hvcnQ=', false],
    ['whsec_not base64 at all, whatever its length', false],
  ])('%s: %s', (secret, valid) => {
    expect(isSigningSecret(secret)).toBe(valid)
  })
})
