import { expect, it } from 'vitest'
import { readPath } from './read-path.js'

const value = { data: { items: [{ id: 1 }], 'a.b': { '/': 2 } }, '': 3 }
it.each([
  ['', value],
  ['$', value],
  ['data.items.0.id', 1],
  ['$.data.items.0.id', 1],
  ['/data/items/0/id', 1],
  ['/data/a.b/~1', 2],
  ['data.missing.x', undefined],
  ['data.items.1', undefined],
  ['data.items.length.x', undefined],
  ['constructor', undefined],
  ['__proto__', undefined],
])('%j leads to %j', (path, expected) => {
  expect(readPath(value, path)).toEqual(expected)
})
