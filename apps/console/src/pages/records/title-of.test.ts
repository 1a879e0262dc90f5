import { describe, expect, it } from 'vitest'
import { titleOf } from './title-of.js'

const key = '["7dde2e8d",1]'

describe('what a record is called in a list', () => {
  it.each([
    [{ title: 'Leases', key, data: { a: 1 } }, 'Leases'],
    [{ title: null, key, data: { name: 'Ada', city: 'London', age: 36, isHere: true, more: 'x' } }, 'name: Ada, city: London, age: 36, isHere: true'],
    [{ title: ' ', key, data: { nested: { a: 1 }, list: [1], none: null, empty: '', id: 0 } }, 'id: 0'],
    [{ key, data: { nested: {} } }, key],
    [{ key, data: ['a'] }, key],
    [{ key }, key],
  ])('%j is %j', (record, title) => expect(titleOf(record)).toBe(title))
})
