import { expect, it } from 'vitest'
import { compileGlob } from './glob.js'

it.each([
  ['/docs/**', 'https://e.com/docs/', true],
  ['/docs/**', 'https://e.com/docs/a/b?x=1', true],
  ['/docs/**', 'https://e.com/docs', false],
  ['/docs/*', 'https://e.com/docs/a', true],
  ['/docs/*', 'https://e.com/docs/a/b', false],
  ['docs/*', 'https://e.com/docs/a', true],
  ['**/print.html', 'https://e.com/a/b/print.html', true],
  ['/a/**/z', 'https://e.com/a/z', true],
  ['/a/**/z', 'https://e.com/a/b/c/z', true],
  ['/*?page=*', 'https://e.com/list?page=2', true],
  ['/*?page=*', 'https://e.com/list', false],
  ['https://e.com/**', 'https://e.com/a', true],
  ['https://f.com/**', 'https://e.com/a', false],
  ['/a.b', 'https://e.com/axb', false],
])('%s against %s: %s', (pattern, url, expected) => {
  expect(compileGlob(pattern).matches(url)).toBe(expected)
})

it('costs no more for a pathological pattern', () => {
  expect(compileGlob(`/${'**a'.repeat(100)}b`).matches(`https://e.com/${'a'.repeat(2_000)}`)).toBe(false)
})
