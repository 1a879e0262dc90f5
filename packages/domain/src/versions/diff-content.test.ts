import { expect, it } from 'vitest'
import { diffContent } from './diff-content.js'

it('finds nothing in equal values, whatever the order of their members', () => {
  expect(diffContent({ a: 1, b: { c: [1, { d: null }] } }, { b: { c: [1, { d: null }] }, a: 1 })).toEqual([])
})

it('names each field that was added, removed or changed', () => {
  expect(
    diffContent(
      { config: { url: 'http://a', headers: { x: '1' }, list: [{ n: 1 }, { n: 2 }] }, schedule: null },
      { config: { url: 'http://b', headers: {}, list: [{ n: 1 }, { n: 3 }, 4] }, schedule: { cron: '0 * * * *' } },
    ),
  ).toEqual([
    { path: 'config.headers.x', before: '1' },
    { path: 'config.list[1].n', before: 2, after: 3 },
    { path: 'config.list[2]', after: 4 },
    { path: 'config.url', before: 'http://a', after: 'http://b' },
    { path: 'schedule', before: null, after: { cron: '0 * * * *' } },
  ])
})

it('distinguishes a change of type from a change inside', () => {
  expect(diffContent({ a: { b: 1 } }, { a: [1] })).toEqual([{ path: 'a', before: { b: 1 }, after: [1] }])
  expect(diffContent({ a: null }, { a: {} })).toEqual([{ path: 'a', before: null, after: {} }])
})

it('quotes unusual names so that paths stay unambiguous, and never looks at inherited members', () => {
  expect(diffContent({ 'a.b': 1 }, { a: { b: 1 } })).toEqual([
    { path: 'a', after: { b: 1 } },
    { path: '["a.b"]', before: 1 },
  ])
  expect(diffContent({}, { toString: 'x' })).toEqual([{ path: 'toString', after: 'x' }])
})
