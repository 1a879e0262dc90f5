import { JsonNumber } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { toExactJson } from './exact-numbers.js'

const through = (value: unknown, change: (seen: never) => unknown = (seen) => seen): unknown => {
  const { json, restore } = toExactJson(value)
  return restore(JSON.parse(JSON.stringify(change(JSON.parse(json) as never))))
}

describe('toExactJson', () => {
  it.each([
    [{ id: 9_007_199_254_740_993n }],
    [{ id: -123_456_789_012_345_678_901_234n, other: [1, 'two', null, true] }],
    [{ amount: new JsonNumber('12345678901234567890.10') }],
    [{ amount: new JsonNumber('12.50'), tiny: new JsonNumber('1e-400'), huge: new JsonNumber('1E+400') }],
    [{ deep: [{ list: [new JsonNumber('0.1000000000000000055511151231257827')] }] }],
    [{ __proto__x: 1, constructor: 2 }],
  ])('passes values on unchanged: %#', (value) => expect(through(value)).toEqual(value))

  it('lets an expression calculate with numbers that JavaScript represents exactly', () => {
    const value = { price: new JsonNumber('12.50'), count: 3n }
    expect(through(value, ({ price, count }: { price: number; count: number }) => price * count)).toBe(37.5)
    expect(through({ n: 42n })).toEqual({ n: 42 })
  })

  it('joins and cuts long numbers like the text of their digits', () => {
    const value = { id: 9_007_199_254_740_993n }
    expect(through(value, ({ id }: { id: string }) => [`order-${id}`, id.slice(0, 4), { [id]: true }])).toEqual([
      'order-9007199254740993',
      9007n,
      { '9007199254740993': true },
    ])
  })

  it('keeps private-use characters of the record itself', () => {
    const value = { id: 9_007_199_254_740_993n, icon: '\ue001\ue002', brand: '\uf8ff' }
    expect(through(value)).toEqual(value)
  })

  it('distinguishes a key named __proto__ from the prototype', () => {
    const value: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "id": 1}')
    const { json } = toExactJson(value)
    expect(json).toBe('{"__proto__":{"polluted":1},"id":1}')
  })

  it.each([
    [Number.NaN, 'NUMBER_NOT_STORABLE'],
    [Number.POSITIVE_INFINITY, 'NUMBER_NOT_STORABLE'],
    [Symbol('x'), 'RECORD_INVALID'],
    [new Date(Number.NaN), 'RECORD_INVALID'],
    [JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`), 'RECORD_INVALID'],
  ])('refuses %s', (value, reason) => expect(() => toExactJson({ value })).toThrow(expect.objectContaining({ reason })))
})
