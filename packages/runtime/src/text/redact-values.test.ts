import { describe, expect, it } from 'vitest'
import { redactionPattern, redactValues } from './redact-values.js'

const secret = 'p@ss "w/örd"+$&\n'

describe('redactValues', () => {
  it.each([
    ['plain', secret],
    ['JSON', JSON.stringify({ secret })],
    ['JSON in JSON', JSON.stringify({ body: JSON.stringify({ secret }) })],
    ['a query', `https://a.test/?${new URLSearchParams({ q: secret })}`],
    ['a path', `https://a.test/${encodeURIComponent(secret)}`],
    ['a path with small hex digits', `https://a.test/${encodeURIComponent(secret).toLowerCase()}`],
    ['base64', Buffer.from(secret).toString('base64')],
  ])('removes a value in %s', (_, text) => {
    const redacted = redactValues(text, [secret])
    expect(redacted).toContain('[redacted]')
    expect(redacted).not.toMatch(/rd"|C3%B6rd|c3%b6rd|w\/ö/u)
  })

  it('removes a value from the user part of a URL', () => {
    const url = new URL('postgres://db.test/x')
    url.password = 'a/b@c:d$e'
    expect(redactValues(url.href, ['a/b@c:d$e'])).toBe('postgres://:[redacted]@db.test/x')
  })

  it('prefers the longest of overlapping values', () => {
    expect(redactValues('x abcdefgh y', ['abcd', 'abcdefgh'])).toBe('x [redacted] y')
  })

  it('leaves other text alone and ignores values too short to be secret', () => {
    expect(redactValues('nothing (here).*', ['secret.*'])).toBe('nothing (here).*')
    expect(redactionPattern(['', 'abc'])).toBeUndefined()
  })
})
