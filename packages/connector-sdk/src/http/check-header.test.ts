import { expect, it } from 'vitest'
import { checkHeader } from './check-header.js'

const refused = (name: string, value = 'x') => {
  try {
    checkHeader(name, value, 'config.headers')
    return null
  } catch (error) {
    const { reason, field, message } = error as { reason: string; field: string; message: string }
    return { reason, field, quotes: message.includes('hunter2') }
  }
}
const REFUSAL = { reason: 'VALIDATION_FAILED', field: 'config.headers', quotes: false }

it.each([
  'Host',
  'host',
  'Transfer-Encoding',
  'Content-Length',
  'Connection',
  'Keep-Alive',
  'TE',
  'Trailer',
  'Upgrade',
  'Expect',
  'Proxy-Connection',
  'Metadata-Flavor',
  'METADATA',
  'X-aws-ec2-metadata-token',
  'X-aws-ec2-metadata-token-ttl-seconds',
  'X-Google-Metadata-Request',
  'X-HTTP-Method-Override',
  '',
  'a b',
  'a:b',
  'a\r\nb',
  'ü',
  'a\u0000',
  '(x)',
])('the header %j is refused', (name) => {
  expect(refused(name)).toEqual(REFUSAL)
})
it.each(['hunter2\r\nHost: evil', 'hunter2\n', '\rhunter2', 'a\u0000b', '\u007f', '€', '\u2028'])('the value %j is refused', (value) => {
  expect(refused('X-Token', value)).toEqual(REFUSAL)
})
it.each([
  ['Accept-Language', 'de, en;q=0.5'],
  ['X-Api-Key', 'a\tb'],
  ['Authorization', 'Bearer x'],
  ['X-Metadata-Id', '7'],
  ['X-Name', 'Zoë'],
])('%s: %s is fine', (name, value) => {
  expect(refused(name, value)).toBeNull()
})
