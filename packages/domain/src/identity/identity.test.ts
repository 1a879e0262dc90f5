import { describe, expect, it } from 'vitest'
import { type BatchEffects, batchHash } from '../batches/batch.js'
import { Failure } from '../errors/failure.js'
import { JsonNumber } from '../records/record.js'
import { canonicalJson, hasUnstorableText } from './canonical-json.js'
import { keyHash, keyText, sha256Hex } from './identity.js'

describe('canonicalJson', () => {
  it.each<[unknown, string]>([
    [{ b: 1, a: { d: 2, c: [3, null] } }, '{"a":{"c":[3,null],"d":2},"b":1}'],
    [2n ** 70n, '1180591620717411303424'],
    [new JsonNumber('12345678901234567890.10'), '12345678901234567890.10'],
    [-0, '0'],
    [1e21, '1e+21'],
    [0.1, '0.1'],
    [{ a: undefined, b: null }, '{"b":null}'],
    [[undefined], '[null]'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['\u2028"\\\n', '"\u2028\\"\\\\\\n"'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    [{ '10': 1, '9': 2, é: 3 }, '{"10":1,"9":2,"é":3}'],
  ])('%# has one text', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })
  it('gives equal content equal text, whatever the order of keys', () => {
    expect(canonicalJson({ x: [{ b: 1, a: 2 }] })).toBe(canonicalJson({ x: [{ a: 2, b: 1 }] }))
  })
  it.each<[unknown, string]>([
    [Number.NaN, 'NUMBER_NOT_STORABLE'],
    [Number.POSITIVE_INFINITY, 'NUMBER_NOT_STORABLE'],
    [{ a: () => 1 }, 'RECORD_INVALID'],
    [Symbol('x'), 'RECORD_INVALID'],
    [new Date(Number.NaN), 'RECORD_INVALID'],
  ])('%# is refused', (value, reason) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ reason }))
  })
  it('allows 200 levels and refuses 201, and circular values', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
    expect(canonicalJson(nested(200))).toHaveLength(401)
    expect(() => canonicalJson(nested(201))).toThrow(Failure)
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(() => canonicalJson(circle)).toThrow(expect.objectContaining({ reason: 'RECORD_INVALID' }))
  })
})

describe('hasUnstorableText', () => {
  it.each<[string, boolean]>([
    ['a\u0000b', true],
    ['\ud800', true],
    ['x\udfff', true],
    ['\\\u0000', true],
    ['\\u0000', false],
    ['\\\\u0000 and \\ud800', false],
    ['😀', false],
    ['plain', false],
  ])('%j: %s', (text, unstorable) => {
    expect(hasUnstorableText(JSON.stringify({ text }))).toBe(unstorable)
    expect(hasUnstorableText(JSON.stringify({ [text]: 1 }))).toBe(unstorable)
  })
})

describe('identity', () => {
  it('distinguishes keys that only look the same', () => {
    const keys = ['1', 1, ['1'], [1], 'caf\u00e9', 'cafe\u0301', '', [null], ['null'], [true], '[1]']
    expect(new Set(keys.map(keyHash)).size).toBe(keys.length)
  })
  it('is the same for the same number, however it is represented', () => {
    expect(keyHash(5n)).toBe(keyHash(5))
    expect(keyHash(2n ** 60n + 1n)).not.toBe(keyHash(2n ** 60n))
  })
  it('shows a string as it is and the rest as JSON', () => {
    expect([keyText('a"b'), keyText(1), keyText(['a', 2n])]).toEqual(['a"b', '1', '["a",2]'])
  })
})

describe('batchHash', () => {
  it('covers payload and effects, and not the order of keys in effects', () => {
    const hash = (payload: string, effects: BatchEffects | undefined): string => batchHash(Buffer.from(payload), effects)
    const effects = { cursors: [{ stream: 'a', cursor: { x: 1, y: 2 } }] }
    const other = { cursors: [{ cursor: { y: 2, x: 1 }, stream: 'a' }] }
    expect(hash('[]', effects)).toBe(hash('[]', other))
    // Processes of another version check it, during an update and after it.
    expect(hash('["ä😀"]', effects)).toBe(sha256Hex(`["ä😀"]${canonicalJson(effects)}`))
    expect(new Set([hash('[]', undefined), hash('[]', {}), hash('[]', effects), hash('[1]', effects)]).size).toBe(4)
  })
})
