import type { StreamSpec } from '@inlet/connector-sdk'
import type { SourceRecord } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { hasContentElsewhere, warnOf, warnOfClearText } from './warn.js'

const spec = (changes: Partial<StreamSpec> = {}): StreamSpec => ({ name: 's', kind: 'row', incremental: true, deletes: 'sweep', ...changes })
const record = (key: number, changes: Partial<SourceRecord> = {}): SourceRecord => ({
  stream: 's',
  key,
  kind: 'row',
  data: { name: 'n' },
  ...changes,
})
const codes = (
  of: StreamSpec,
  raw: readonly SourceRecord[],
  mapped: readonly (readonly SourceRecord[])[] = raw.map((each) => [each]),
  rejected = 0,
) => warnOf({ spec: of, raw, mapped, rejected, mayBeEmpty: false }).map(({ code }) => code)

describe('warnOf', () => {
  it('does not warn about a complete stream', () => {
    expect(codes(spec(), [record(1), record(2)])).toEqual([])
    expect(codes(spec({ kind: 'document' }), [record(1, { text: 'prose' }), record(2)])).toEqual([])
  })
  it.each<[string, readonly string[], readonly string[]]>([
    ['an empty stream', codes(spec(), []), ['EMPTY']],
    ['a stream without a cursor', codes(spec({ incremental: false }), [record(1)]), ['NOT_INCREMENTAL']],
    ['a stream that finds no deletes', codes(spec({ deletes: 'none' }), [record(1)]), ['DELETES_NOT_FOUND']],
    ['a key twice', codes(spec(), [record(1), record(1)]), ['KEY_NOT_UNIQUE']],
    ['records that only their keys find', codes(spec(), [record(1, { data: { n: 1.5 } }), record(2, { data: {}, text: '' })]), ['TEXT_MISSING']],
    ['a mapping that drops everything', codes(spec(), [record(1)], [[]]), ['ALL_DROPPED']],
    ['rejections', codes(spec(), [record(1), record(2)], [[], [record(2)]], 1), ['REJECTED']],
  ])('warns of %s', (_what, found, expected) => expect(found).toEqual(expected))
  it('does not miss records that are in other streams, and counts what was refused', () => {
    const empty = { spec: spec(), raw: [], mapped: [], rejected: 0, mayBeEmpty: true }
    expect(warnOf(empty)).toEqual([])
    expect(warnOf({ ...empty, rejected: 1 }).map(({ message }) => message)).toEqual(['one record could not be used and would go to quarantine'])
  })
  it('expects every stream to hold something, except where a catalog lists what others hold', () => {
    const [files, rows, documents] = [spec({ catalog: true }), spec({ name: 'rows' }), spec({ name: 'documents' })]
    const elsewhere = (...counts: readonly [number, number, number]) =>
      hasContentElsewhere([files, rows, documents].map((of, index) => ({ spec: of, found: counts[index] ?? 0 })))
    expect([elsewhere(1, 2, 0), elsewhere(1, 0, 0), elsewhere(0, 0, 0)]).toEqual([true, false, false])
    expect(hasContentElsewhere([rows, documents].map((of, index) => ({ spec: of, found: index })))).toBe(false)
  })
  it('asks for no cursor where settings have none', () => {
    expect(codes(spec({ incremental: false, kind: 'document' }), [record(1, { text: 'prose' })])).toEqual([])
    expect(codes(spec({ incremental: false, kind: 'item', catalog: true }), [record(1)])).toEqual([])
  })
  it('counts keys after the mapping', () => {
    expect(codes(spec(), [record(1)], [[record(7), record(7)]])).toEqual(['KEY_NOT_UNIQUE'])
  })
})

describe('warnOfClearText', () => {
  const to = (url: string, hasSecrets = true) => warnOfClearText({ targets: [{ field: 'url', url }], hasSecrets }).map(({ code }) => code)

  it('warns only of secrets that leave this machine over plain HTTP', () => {
    expect(to('http://api.example.com:8080/v1')).toEqual(['CLEAR_TEXT'])
    expect([to('https://api.example.com'), to('http://127.0.0.1:8080'), to('http://localhost'), to('http://api.example.com', false)]).toEqual([
      [],
      [],
      [],
      [],
    ])
    expect(warnOfClearText({ targets: [{ field: 'host', host: 'db.example.com', port: 5432 }], hasSecrets: true })).toEqual([])
  })
})
