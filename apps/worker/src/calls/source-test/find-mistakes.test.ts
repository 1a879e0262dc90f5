import type { SourceRecord } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { findMistakes } from './find-mistakes.js'

const NOW = Date.parse('2026-11-29T00:00:00Z')
const record = (changes: Partial<SourceRecord> = {}): SourceRecord => ({ stream: 's', key: 'k', kind: 'row', data: { a: 1 }, ...changes })
const codes = (stored: readonly SourceRecord[], raw: readonly SourceRecord[] = stored) => findMistakes(raw, stored, NOW).map(({ code }) => code)

describe('findMistakes', () => {
  it.each<[string, readonly SourceRecord[]]>([
    ['plain rows', [record(), record()]],
    ['no records', []],
    ['two equal titles', [record({ title: 'x' }), record({ title: 'x' })]],
    ['prose that speaks of null', [record({ text: 'null is not undefined, and [] is not an object' })]],
    ['names that only contain one', [record({ data: { tokens: 5, tokenCount: '1234567', passwordChangedAt: '2026-01-01' } })]],
    ['an empty secret', [record({ data: { password: '' } })]],
    [
      'old and coming times',
      [
        record({ occurredAt: '1865-01-01T00:00:00Z' }),
        record({ occurredAt: '1970-06-01T00:00:00Z' }),
        record({ occurredAt: '2030-01-01T00:00:00Z' }),
      ],
    ],
    ['keys with old times', [record({ key: '2026-01-01T00:00:00Z' }), record({ key: ['a', 1_700_000_000_000] })]],
  ])('is content with %s', (_what, stored) => expect(codes(stored)).toEqual([]))

  it.each<[string, readonly SourceRecord[]]>([
    ['TEXT_NOT_PROSE', [record({ title: '[object Object]' })]],
    ['TEXT_NOT_PROSE', [record({ title: 'User: [object Array]' })]],
    ['TEXT_NOT_PROSE', [record({ text: 'undefined' })]],
    ['TEXT_NOT_PROSE', [record({ text: '{}' })]],
    ['TITLES_EQUAL', [1, 2, 3].map(() => record({ title: 'same' }))],
    ['SECRET_STORED', [record({ data: { user: { apiKey: 'abcdefgh' } } })]],
    ['SECRET_STORED', [record({ data: { items: [{ access_token: 'abcdefgh' }] } })]],
    ['TIME_IMPLAUSIBLE', [record({ occurredAt: new Date(1_764_000_000) })]],
    ['TIME_IMPLAUSIBLE', [record({ occurredAt: '+057868-01-01T00:00:00Z' })]],
    ['KEY_VOLATILE', [record({ key: `row-${NOW + 500}` })]],
    ['KEY_VOLATILE', [record({ key: ['a', '2026-11-29T00:00:01.000Z'] })]],
  ])('finds %s (%#)', (code, stored) => expect(codes(stored)).toEqual([code]))

  it('finds that all data was left out, unless there was none', () => {
    expect(codes([record({ data: {} })], [record()])).toEqual(['DATA_EMPTY'])
    expect(codes([record({ data: {} })], [record({ data: {} })])).toEqual([])
  })
})
