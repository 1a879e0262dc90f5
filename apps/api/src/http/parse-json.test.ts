import { describe, expect, it } from 'vitest'
import { JSON_LIMITS, parseJson } from './parse-json.js'

const parse = (text: string, limits = JSON_LIMITS): unknown => parseJson(Buffer.from(text), limits)
const reasonOf = (text: string, limits = JSON_LIMITS): unknown => {
  try {
    parse(text, limits)
    return null
  } catch (error) {
    return (error as { reason?: unknown }).reason
  }
}

describe('parseJson', () => {
  it.each([
    '{}',
    '[]',
    'null',
    '"x"',
    '-0.5e-3',
    '{"a":[{"b":"\\"}]{"},{"b":2}],"c":{"a":1}}',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    ' { "a" : [ 1 , 2 ] } ',
  ])('reads %s', (text) => expect(parse(text)).toEqual(JSON.parse(text)))
  it('counts depth and keys exactly', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    expect([reasonOf(deep(32)), reasonOf(deep(33))]).toEqual([null, 'JSON_TOO_DEEP'])
    const limits = { maxDepth: 32, maxKeys: 2 }
    expect([reasonOf('{"a":{"b":1}}', limits), reasonOf('{"a":{"b":1},"c":1}', limits)]).toEqual([null, 'JSON_TOO_MANY_KEYS'])
  })
  it('distinguishes keys from values and one object from the next', () => {
    expect(reasonOf('[{"a":1},{"a":1}]')).toBeNull()
    expect(reasonOf('{"a":"__proto__"}')).toBeNull()
    expect(reasonOf('{"a":["constructor"]}')).toBeNull()
    expect(reasonOf('{"a":1,"b":{"a":1},"a":2}')).toBe('DUPLICATE_KEY')
    expect(reasonOf('{"prototype":1}')).toBe('FORBIDDEN_KEY')
  })
  it.each(['9007199254740992', '-9007199254740993', '1e400', '123456789012345678901234567890'])(
    'refuses the number %s, naming its place',
    (number) => {
      expect(() => parse(`{"a":[0,{"b":${number}}]}`)).toThrow(expect.objectContaining({ reason: 'VALIDATION_FAILED', field: 'a.1.b' }))
    },
  )
  it.each([
    ['{"a":{"b":["x","y\\u0000z"]}}', 'a.b.1'],
    ['{"a":{"b\\u0000":1}}', 'a.b\\u0000'],
    ['"\\u0000"', ''],
    ['[[[[{"a":"\\\\\\u0000"}]]]]', '0.0.0.0.a'],
  ])('refuses a NUL character in %s, naming its place', (text, field) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ reason: 'VALIDATION_FAILED', field }))
  })
  it('distinguishes a NUL character from text about one', () => expect(parse('{"a":"\\\\u0000"}')).toEqual({ a: '\\u0000' }))
  it('keeps numbers that fit', () => expect(parse('[9007199254740991,0.1,-1e3]')).toEqual([9007199254740991, 0.1, -1000]))
  it('names the position of an error and nothing of the text', () => {
    expect(() => parse('{"password":canary}')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('canary') }))
  })
})
