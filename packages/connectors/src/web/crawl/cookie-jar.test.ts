import { describe, expect, it } from 'vitest'
import { createCookieJar } from './cookie-jar.js'

const now = Date.parse('2026-01-01T00:00:00Z')
const jarWith = (url: string, ...lines: readonly string[]) => {
  const jar = createCookieJar(() => now)
  jar.take(url, lines.join(', '))
  return jar
}

describe('cookies of a crawl', () => {
  it.each([
    ['sid=1', 'https://e.com/', 'https://e.com/a?b', 'sid=1'],
    ['sid=1; Path=/; HttpOnly; SameSite=Lax', 'https://e.com/x/y', 'https://e.com/', 'sid=1'],
    ['sid=1', 'https://e.com/x/y', 'https://e.com/', undefined],
    ['sid=1', 'https://e.com/x/y', 'https://e.com/x/z', 'sid=1'],
    ['sid=1; Path=/a', 'https://e.com/', 'https://e.com/ab', undefined],
    ['sid=1; Domain=.e.com; Path=/', 'https://www.e.com/', 'https://shop.e.com/', 'sid=1'],
    ['sid=1; Path=/', 'https://www.e.com/', 'https://shop.e.com/', undefined],
    ['sid=1; Domain=com; Path=/', 'https://e.com/', 'https://e.com/', undefined],
    ['sid=1; Domain=other.com; Path=/', 'https://e.com/', 'https://other.com/', undefined],
    ['sid=1; Secure; Path=/', 'https://e.com/', 'http://e.com/', undefined],
    ['sid=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT', 'https://e.com/', 'https://e.com/', undefined],
    ['sid=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT, b=2', 'https://e.com/', 'https://e.com/', 'sid=1; b=2'],
    ['sid=1; Max-Age=0', 'https://e.com/', 'https://e.com/', undefined],
    ['nonsense', 'https://e.com/', 'https://e.com/', undefined],
  ])('%s from %s to %s', (line, from, to, header) => {
    expect(jarWith(from, line).headerFor(to, undefined)).toBe(header)
  })

  it('lets those of the settings win, and reports when something changed', () => {
    const jar = jarWith('https://e.com/', 'sid=1', 'lang=en')
    expect(jar.headerFor('https://e.com/', 'sid=mine; x=y')).toBe('sid=mine; x=y; lang=en')
    expect([jar.take('https://e.com/', 'sid=1'), jar.take('https://e.com/', 'sid=2'), jar.take('https://e.com/', undefined)]).toEqual([
      false,
      true,
      false,
    ])
  })

  it('is bounded', () => {
    const jar = jarWith('https://e.com/', ...Array.from({ length: 500 }, (_none, n) => `c${n}=${'x'.repeat(100)}`))
    expect(jar.headerFor('https://e.com/', 'a=b')).toBe('a=b')
  })
})
