import { canonicalJson, JsonNumber } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { parseJsonLossless } from './parse-json-lossless.js'

describe('parseJsonLossless', () => {
  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['0.1', 0.1],
    ['0.30000000000000004', 0.30000000000000004],
    ['1.10', 1.1],
    ['1.7976931348623157e308', 1.7976931348623157e308],
    ['1e2', 100],
    ['1E+2', 100],
    ['5e-324', 5e-324],
    ['1e21', 1e21],
    ['0.0000000000000000000', 0],
    ['0e99', 0],
    ['12345678901234567890.10', new JsonNumber('12345678901234567890.10')],
    ['0.1000000000000000055511151231257827', new JsonNumber('0.1000000000000000055511151231257827')],
    ['1e400', new JsonNumber('1e400')],
    ['-1e400', new JsonNumber('-1e400')],
    ['1e-400', new JsonNumber('1e-400')],
    ['3.14159265358979323846', new JsonNumber('3.14159265358979323846')],
  ])('reads %s exactly', (text, expected) => {
    expect(parseJsonLossless(text)).toEqual(expected)
    expect(parseJsonLossless(`{"a":[${text}]}`)).toEqual({ a: [expected] })
  })
  it('leaves digits in strings alone', () => {
    const text = JSON.stringify({ id: '9007199254740993', quoted: 'a"9007199254740993', '9007199254740993': '\\', real: 1 }).replace(
      '"real":1',
      '"real":9007199254740993',
    )
    expect(parseJsonLossless(text)).toEqual({
      id: '9007199254740993',
      quoted: 'a"9007199254740993',
      '9007199254740993': '\\',
      real: 9007199254740993n,
    })
  })
  it('writes back what it read', () => {
    const text = '{"a":123456789012345678901234567890,"b":1.000000000000000000001,"c":[1e400]}'
    expect(canonicalJson(parseJsonLossless(text))).toBe(text)
  })
  it('sets no prototype', () => {
    const parsed = parseJsonLossless('{"__proto__":9007199254740993,"x":{"__proto__":{"y":9007199254740993}}}') as object
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype)
    expect(Object.keys(parsed)).toEqual(['__proto__', 'x'])
  })
  it('reads what is nested deeper than the stack', () => {
    const depth = 200_000
    const text = `${'['.repeat(depth)}9007199254740993${']'.repeat(depth)}`
    let value = parseJsonLossless(text)
    for (let i = 0; i < depth; i++) value = (value as unknown[])[0]
    expect(value).toBe(9007199254740993n)
  })
  it.each([
    '',
    '{',
    'nope',
    '01',
    '9007199254740993.',
    '--9007199254740993',
    '+9007199254740993',
    '09007199254740993',
    '9007199254740993 x',
    '"9007199254740993',
    '1e4001e',
    '[9007199254740993',
  ])('refuses %j', (text) => {
    expect(() => parseJsonLossless(text)).toThrow(SyntaxError)
  })
  it('agrees with JSON.parse on everything that JSON.parse reads exactly', () => {
    const value = { s: 'x\\"\\\\', n: [1.5, -2, 1e-7, 123456789012345], t: true, u: null, e: {}, long: 'e5'.repeat(50), hex: '3e5' }
    expect(parseJsonLossless(JSON.stringify(value))).toEqual(value)
  })
})
