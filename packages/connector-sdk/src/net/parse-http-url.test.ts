import { describe, expect, it } from 'vitest'
import { canonicalHost } from './host-name.js'
import { parseHttpUrl } from './parse-http-url.js'

const reasonOf = (text: string, rules = {}): string => {
  try {
    parseHttpUrl(text, { field: 'config.endpoint', ...rules })
    return 'fine'
  } catch (error) {
    const { reason, field, message } = error as { reason: string; field: string; message: string }
    expect([field, message]).toEqual(['config.endpoint', expect.not.stringContaining('hunter2')])
    return reason
  }
}
const long = (label: string, times: number): string => Array.from({ length: times }, () => label).join('.')

describe('an address', () => {
  it.each([
    ['https://user:hunter2@store.example', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['https://@store.example', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['https://:@store.example', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['https:user@store.example', 'URL_CREDENTIALS_NOT_ALLOWED'],
    ['https://store.example\r\nHost: evil', 'INVALID_URL'],
    ['https://store\t.example', 'INVALID_URL'],
    ['https://store.example\n', 'INVALID_URL'],
    [' https://store.example', 'INVALID_URL'],
    ['https://store.example ', 'INVALID_URL'],
    ['https://store.example\u00a0', 'INVALID_URL'],
    ['https://store.example\u0000', 'INVALID_URL'],
    ['ftp://store.example', 'URL_SCHEME_NOT_ALLOWED'],
    ['store.example', 'INVALID_URL'],
    ['//store.example', 'INVALID_URL'],
    ['https://', 'INVALID_URL'],
    ['https://a..b', 'INVALID_URL'],
    ['https:///store.example', 'INVALID_URL'],
    ['https:/store.example', 'INVALID_URL'],
    ['https:store.example', 'INVALID_URL'],
    ['https:\\\\store.example', 'INVALID_URL'],
    ['https://store.example\\path', 'INVALID_URL'],
    ['https://store.example/a?b=\\c', 'fine'],
    ['https://.example', 'INVALID_URL'],
    ['https://example..', 'INVALID_URL'],
    ['https://xn--a', 'INVALID_URL'],
    ['https://xn--zzzzzzzzzzz-.example', 'INVALID_URL'],
    ['https://xn--.example', 'INVALID_URL'],
    [`https://${'a'.repeat(64)}.example`, 'INVALID_URL'],
    [`https://${long('a'.repeat(60), 5)}`, 'INVALID_URL'],
    ['https://store.example;drop', 'INVALID_URL'],
    ['https://store.example,other.example', 'INVALID_URL'],
    ["https://store'example", 'INVALID_URL'],
    ['https://store$example', 'INVALID_URL'],
    ['https://store.example:99999', 'INVALID_URL'],
    [`https://store.example/${'a'.repeat(9_000)}`, 'URL_TOO_LONG'],
  ])('%j is refused as %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason)
  })
  it.each([
    'https://store.example',
    'http://localhost:9000/path/',
    'https://my_store.internal',
    'https://store.example./x?y=a@b#c@d',
    'https://bücher.example',
    'https://xn--bcher-kva.example',
    'https://[2606:4700::1111]',
    'https://8.8.8.8',
    `https://${'a'.repeat(63)}.example`,
    'https://r1---sn-4g5e6nz7.example',
  ])('%s is fine', (text) => {
    expect(reasonOf(text)).toBe('fine')
  })
  it.each(['https://store.example?x', 'https://store.example/?', 'https://store.example/#', 'https://store.example/#f'])('%s is no base', (text) => {
    expect(reasonOf(text, { base: true })).toBe('INVALID_URL')
  })
})

it.each([
  'a..b',
  'xn--a',
  'a b',
  'a\tb',
  'host:80',
  'a/b',
  'user@host',
  'a;b',
  'a,b',
  'x'.repeat(64),
  long('a'.repeat(60), 5),
  '',
  '.',
  '*',
  'http://a',
])('no host can be %j', (host) => {
  expect(canonicalHost(host)).toBeNull()
})
it.each(['db.internal', 'my_db', 'DB.Example.', '10.0.0.1', '::1', '[::1]', 'bücher.example', 'a'])('%s is a host', (host) => {
  expect(canonicalHost(host)).not.toBeNull()
})
