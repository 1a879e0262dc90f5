import { describe, expect, it } from 'vitest'
import { withoutPath } from './field-errors.js'

describe('what is said below a field', () => {
  it.each([
    ['config.brokers[0]', 'config.brokers[0]: must be host:port', 'Must be host:port.'],
    ['config.brokers[0]', 'config.brokers.0: must be host:port', 'Must be host:port.'],
    ['config.url', 'url: is not an address', 'Is not an address.'],
    ['config.url', 'the address is not allowed', 'The address is not allowed.'],
    ['name', 'needs at least 1 character', 'Needs at least 1 character.'],
  ])('%s, %s: %s', (path, message, said) => {
    expect(withoutPath(path, message)).toBe(said)
  })
})
