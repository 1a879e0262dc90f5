import { JsonNumber } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { parseArray } from './array-text.js'
import { SCALAR_CONVERTERS } from './converters.js'
import { parseExactJson } from './exact-json.js'
import { OID } from './oids.js'

const convert = (type: keyof typeof OID, text: string): unknown => {
  const converter = SCALAR_CONVERTERS.get(OID[type])
  return converter == null ? text : converter(text)
}

describe('scalars', () => {
  it.each([
    ['bool', 't', true],
    ['bool', 'f', false],
    ['int4', '-2147483648', -2147483648],
    ['int8', '9223372036854775807', 9223372036854775807n],
    ['int8', '5', 5n],
    ['float8', '1.5e-300', 1.5e-300],
    ['float8', 'NaN', 'NaN'],
    ['float4', '-Infinity', '-Infinity'],
    ['numeric', '12345678901234567890.1000', new JsonNumber('12345678901234567890.1000')],
    ['numeric', '-0.5', new JsonNumber('-0.5')],
    ['numeric', 'NaN', 'NaN'],
    ['numeric', '-Infinity', '-Infinity'],
    ['timestamptz', '2024-05-01 10:00:00.123456+00', '2024-05-01T10:00:00.123456Z'],
    ['timestamptz', '2024-05-01 10:00:00+00', '2024-05-01T10:00:00Z'],
    ['timestamptz', 'infinity', 'infinity'],
    ['timestamptz', '0044-03-15 12:00:00+00 BC', '0044-03-15 12:00:00+00 BC'],
    ['timestamptz', '12024-05-01 10:00:00+00', '12024-05-01 10:00:00+00'],
    ['timestamp', '2024-05-01 10:00:00.5', '2024-05-01T10:00:00.5'],
    ['date', '2024-02-29', '2024-02-29'],
    ['interval', 'P1Y2M3DT4H', 'P1Y2M3DT4H'],
    ['bytea', String.raw`\x00ff10`, { base64: 'AP8Q' }],
    ['uuid', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001'],
  ] as const)('%s %s', (type, text, expected) => {
    expect(convert(type, text)).toEqual(expected)
  })
})

describe('JSON', () => {
  it.each([
    ['{"a":[1,2.5,"x",null,true]}', { a: [1, 2.5, 'x', null, true] }],
    ['9007199254740993', 9007199254740993n],
    [
      '{"a": 12345678901234567890.123, "b": "12345678901234567890", "c": 1}',
      { a: new JsonNumber('12345678901234567890.123'), b: '12345678901234567890', c: 1 },
    ],
    ['{"say \\"1234567890123456789\\"": [-12345678901234567890]}', { 'say "1234567890123456789"': [-12345678901234567890n] }],
    ['1e400', new JsonNumber('1e400')],
    ['"e5 1234567890123456789"', 'e5 1234567890123456789'],
  ])('%s', (text, expected) => {
    expect(parseExactJson(text)).toEqual(expected)
  })

  it('keeps a member named __proto__ a member', () => {
    const value = parseExactJson('{"__proto__": {"a": 12345678901234567890}}')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })
})

describe('arrays', () => {
  it.each([
    ['{}', []],
    ['{1,NULL,3}', ['1', null, '3']],
    [
      '{{1,2},{3,4}}',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['[0:1]={1,2}', ['1', '2']],
    [String.raw`{"a \"b\" \\",NULL,"NULL","{,}",""}`, ['a "b" \\', null, 'NULL', '{,}', '']],
  ])('%s', (text, expected) => {
    expect(parseArray(text, null, ',')).toEqual(expected)
  })

  it('converts elements and follows the delimiter of the type', () => {
    expect(parseArray('{1,2}', Number, ',')).toEqual([1, 2])
    expect(parseArray('{(1,2),(3,4);(5,6),(7,8)}', null, ';')).toEqual(['(1,2),(3,4)', '(5,6),(7,8)'])
  })

  it.each(['', '1,2', '{1,2', '{"a}', '{1}x', '{"a"b}'])('refuses %s', (text) => {
    expect(() => parseArray(text, null, ',')).toThrow(RangeError)
  })
})
