import { JsonNumber } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { toExactNumber } from './json-builder.js'
import { createJsonRows } from './json-rows.js'
import { createLineRows } from './line-rows.js'
import type { RowParser } from './row-event.js'

const run = (parser: RowParser, text: string, piece = 5) => {
  const rows = []
  for (let at = 0; at < text.length; at += piece) rows.push(...parser.push(text.slice(at, at + piece)))
  return [...rows, ...parser.end()].map((row) => row.data ?? `${row.failure?.reason}: ${row.failure?.message}`)
}
const json = (text: string, recordsPath?: string, maxRecordBytes = 1000, piece = 5) =>
  run(createJsonRows({ recordsPath, maxRecordBytes }), text, piece)
const lines = (text: string, maxRecordBytes = 1000) => run(createLineRows({ as: 'json', maxRecordBytes }), text)

describe('JSON rows', () => {
  it('reads a list, however it is cut', () => {
    const text = '[{"a":1,"b":[true,null,{"c":"x\\n\\u00e9\\ud83d\\ude00"}]},{"a":-2.5e3,"":"long text that spans many pieces"}]'
    for (let piece = 1; piece < text.length + 1; piece++) expect(json(text, undefined, 1000, piece)).toEqual(JSON.parse(text))
  })

  it('reads one object as one record, and a list below a path', () => {
    expect(json('{"a":{"b":1}}')).toEqual([{ a: { b: 1 } }])
    expect(json('{"meta":{"items":[1]},"data":{"other":[{"no":1}],"items":[{"a":1},{"a":2}]},"tail":[[{}]]}', 'data.items')).toEqual([
      { a: 1 },
      { a: 2 },
    ])
    expect(json('{"data":{"a":1}}', 'data')).toEqual([{ a: 1 }])
  })

  it('reports when the path leads nowhere', () => {
    expect(() => json('{"data":[]}', 'items')).toThrow('nothing at items')
  })

  it('accepts an empty list and refuses items that are no objects', () => {
    expect(json('[]')).toEqual([])
    expect(json('[1,{"a":1},[2]]')).toEqual(['RECORD_INVALID: record 1 is not an object', { a: 1 }, 'RECORD_INVALID: record 3 is not an object'])
  })

  it('drops what is too large and continues', () => {
    expect(json(`[{"a":"${'x'.repeat(5000)}"},{"a":1},{"b":[${'[],'.repeat(2000)}0]},{"a":2}]`)).toEqual([
      'RECORD_TOO_LARGE: record 1 has more than 1000 bytes',
      { a: 1 },
      'RECORD_TOO_LARGE: record 3 has more than 1000 bytes',
      { a: 2 },
    ])
  })

  it('refuses absurd nesting as a record and as a file', () => {
    expect(json(`[${'['.repeat(300)}${']'.repeat(300)},{"a":1}]`)).toEqual(['RECORD_INVALID: record 1 has more than 200 levels of nesting', { a: 1 }])
    expect(() => json(`{"x":${'['.repeat(5000)}`, 'data')).toThrow('levels of nesting')
  })

  it.each(['[{"a":1}', '{"a":', '[{"a":1}] x', '{"a" 1}', '[{"a":tru}]', '{"a":"x'])('refuses %j', (text) => {
    expect(() => json(text)).toThrow(expect.objectContaining({ reason: 'FILE_UNREADABLE' }))
  })

  it('keeps __proto__ as a member', () => {
    expect(Object.keys(json('[{"__proto__":1,"a":2}]')[0] as object)).toEqual(['__proto__', 'a'])
  })

  it('keeps large integers and long decimals exactly, and quarantines what no number can hold', () => {
    expect(json('[{"n":9007199254740993,"d":0.12345678901234567890,"f":0.1,"e":1e3}]')).toEqual([
      { n: 9007199254740993n, d: new JsonNumber('0.12345678901234567890'), f: 0.1, e: 1000 },
    ])
    expect(json('[{"n":1e400},{"a":1}]')[0]).toContain('NUMBER_NOT_STORABLE')
    expect(toExactNumber('0.30000000000000004')).toBe(0.30000000000000004)
    expect(toExactNumber('12345678901234567')).toBe(12345678901234567n)
  })
})

describe('NDJSON rows', () => {
  it('reads lines, skips blank ones and continues after a bad one', () => {
    expect(lines('{"a":1}\r\n\n{"a":\n[1]\n{"a":9007199254740993}\n{"a":"1e5"}')).toEqual([
      { a: 1 },
      'RECORD_INVALID: line 3 is not valid JSON',
      'RECORD_INVALID: line 4 is not a JSON object',
      { a: 9007199254740993n },
      { a: '1e5' },
    ])
  })

  it('drops an endless line while it streams', () => {
    const parser = createLineRows({ as: 'json', maxRecordBytes: 1000 })
    const rows = [...parser.push('{"a":1}\n')]
    for (let i = 0; i < 500; i++) rows.push(...parser.push('x'.repeat(10_000)))
    rows.push(...parser.push('\n{"a":2}\n'), ...parser.end())
    expect(rows.map((row) => row.data ?? row.failure?.reason)).toEqual([{ a: 1 }, 'RECORD_TOO_LARGE', { a: 2 }])
  })
})
