import { expect, it } from 'vitest'
import { isSameSite } from '../crawl/effects.js'
import { createScope } from './scope.js'

const scope = createScope({ startUrls: ['https://e.com/'], include: ['/docs/**'], exclude: ['/docs/old/**'] })

it.each([
  ['https://e.com/docs/a', 'in'],
  ['http://e.com/docs/a', 'other_site'],
  ['https://www.e.com/docs/a', 'other_site'],
  ['https://e.com/docs/old/a', 'excluded'],
  ['https://e.com/blog', 'excluded'],
  ['https://e.com/docs/a.PNG?v=1', 'no_page'],
  ['https://e.com/docs/a/a/a/a/a/a', 'trap'],
])('%s is %s', (url, verdict) => {
  expect(scope.classify(url)).toBe(verdict)
})

it.each([
  ['http://e.com/', 'https://www.e.com/', true],
  ['https://e.com/', 'https://login.e.com/', false],
  ['http://e.com:8080/', 'http://e.com/', false],
])('%s and %s are one site: %s', (a, b, same) => {
  expect(isSameSite(a, b)).toBe(same)
})
