import { describe, expect, it } from 'vitest'
import { isRequired, kindOf, labelOf, normalPath, type Schema, variantsOf, withMember } from './schema.js'

describe('fields of a JSON Schema', () => {
  it.each<[Schema, string]>([
    [{ type: 'string' }, 'text'],
    [{ type: 'string', maxLength: 100_000 }, 'long'],
    [{ type: 'string', maxLength: 8_192 }, 'text'],
    [{ type: 'string', enum: ['a', 'b'] }, 'choice'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'boolean' }, 'flag'],
    [{ type: 'array', items: { type: 'string' } }, 'lines'],
    [{ type: 'array', items: { type: 'string', format: 'upload' } }, 'uploads'],
    [{ type: 'array', items: { type: 'object', properties: {} } }, 'list'],
    [{ type: 'array', items: { type: 'integer' } }, 'json'],
    [{ type: 'object', properties: {} }, 'group'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'json'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'text'],
    [
      {
        anyOf: [
          { type: 'string', enum: ['earliest', 'latest'] },
          { type: 'string', format: 'date-time' },
        ],
      },
      'text',
    ],
    [{ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }, 'lines'],
    [{ anyOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'string' } }] }, 'json'],
    [{ oneOf: [{ properties: { kind: { const: 'a' } } }, { properties: { kind: { const: 'b' } } }] }, 'variants'],
    [{}, 'json'],
  ])('%j is edited as %s', (schema, kind) => {
    expect(kindOf(schema)).toBe(kind)
  })

  it('finds what distinguishes variants', () => {
    expect(variantsOf({ oneOf: [{ properties: { x: {}, kind: { const: 'a' } } }, { properties: { kind: { const: 'b' } } }] })?.by).toBe('kind')
    expect(variantsOf({ anyOf: [{ type: 'string' }] })).toBeNull()
  })

  it('names, sets and finds members', () => {
    expect(labelOf('maxPagesPerHost', {})).toBe('Max pages per host')
    expect(labelOf('baseUrl', {})).toBe('Base URL')
    expect(withMember({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 })
    expect(withMember({ a: 1 }, 'a', null)).toEqual({ a: null })
    expect(normalPath('config.tables[0].columns[12]')).toBe('config.tables.0.columns.12')
    expect(isRequired({ required: ['a', 'b'], properties: { a: {}, b: { default: 1 } } }, 'a')).toBe(true)
    expect(isRequired({ required: ['a', 'b'], properties: { a: {}, b: { default: 1 } } }, 'b')).toBe(false)
  })
})
