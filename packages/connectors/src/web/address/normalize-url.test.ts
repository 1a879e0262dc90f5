import { expect, it } from 'vitest'
import { normalizeUrl, originOf } from './normalize-url.js'

it.each([
  ['HTTP://Example.COM:80/a/../b#frag', 'http://example.com/b'],
  ['https://example.com:443', 'https://example.com/'],
  ['https://example.com:8443/', 'https://example.com:8443/'],
  ['https://user:pass@example.com/', 'https://example.com/'],
  ['https://example.com/a?', 'https://example.com/a'],
  ['https://example.com/a#', 'https://example.com/a'],
  ['https://example.com/%7euser/%c3%a4', 'https://example.com/%7Euser/%C3%A4'],
  ['https://example.com/ä b', 'https://example.com/%C3%A4%20b'],
  ['https://example.com/a?b=2&utm_source=x&a=1&fbclid=y', 'https://example.com/a?b=2&a=1'],
  ['https://example.com/a?utm_source=x', 'https://example.com/a'],
  ['https://example.com/a;jsessionid=0AF3?x=1', 'https://example.com/a?x=1'],
  ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
])('%s is normalized to %s', (address, expected) => {
  expect(normalizeUrl(address, { dropTrackingParams: true })).toBe(expected)
  expect(normalizeUrl(expected, { dropTrackingParams: true })).toBe(expected)
})

it.each(['ftp://example.com/', 'javascript:alert(1)', 'mailto:a@example.com', '/relative', 'http://', ''])(
  '%j is not the URL of a page',
  (address) => {
    expect(normalizeUrl(address, { dropTrackingParams: true })).toBeNull()
  },
)

it('keeps tracking parameters when asked to', () => {
  expect(normalizeUrl('https://example.com/a?utm_source=x', { dropTrackingParams: false })).toBe('https://example.com/a?utm_source=x')
})

it('takes scheme, host and port as the origin', () => {
  expect(originOf('http://example.com:8080/a/b')).toBe('http://example.com:8080')
})
