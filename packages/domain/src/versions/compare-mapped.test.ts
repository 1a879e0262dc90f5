import { expect, it } from 'vitest'
import type { SourceRecord } from '../records/record.js'
import { findBroken } from './check-example.js'
import { compareMapped, type MappedRaw } from './compare-mapped.js'

const record = (key: string | number, changes: Partial<SourceRecord> = {}): SourceRecord => ({
  stream: 's',
  key,
  kind: 'row',
  data: { n: 1 },
  ...changes,
})
const raw = (key: string, ...records: readonly SourceRecord[]): MappedRaw => ({ stream: 's', key, records, rejected: null })
const rejects = (key: string, reason: string): MappedRaw => ({ stream: 's', key, records: [], rejected: { reason, message: 'no' } })
const compare = (before: readonly MappedRaw[], after: readonly MappedRaw[], complete: readonly string[] = ['s']) =>
  compareMapped({ raw: before, complete: new Set(complete) }, { raw: after, complete: new Set(complete) })

it('finds no change if both versions produce the same', () => {
  expect(compare([raw('a', record('a')), raw('b')], [raw('b'), raw('a', record('a'))])).toEqual({ unchanged: 1, notCompared: 0, changes: [] })
})

it('counts a record that occurs several times once, as it was read last', () => {
  const sample = [raw('a', record('a', { title: 'first' })), rejects('b', 'MAPPING_FAILED'), raw('a', record('a')), rejects('b', 'MAPPING_FAILED')]
  expect(compare(sample, sample)).toEqual({ unchanged: 2, notCompared: 0, changes: [] })
})

it('distinguishes added, dropped and changed records, worst first', () => {
  const { changes } = compare(
    [raw('a', record('a', { title: 'old' })), raw('b', record('b')), raw('c')],
    [raw('a', record('a', { title: 'new', data: { n: 2n ** 60n } })), raw('b'), raw('c', record('c'))],
  )
  expect(changes).toEqual([
    { kind: 'removed', stream: 's', key: 'b' },
    {
      kind: 'changed',
      stream: 's',
      key: 'a',
      fields: [
        { path: 'data.n', before: 1, after: '1152921504606846976' },
        { path: 'title', before: 'old', after: 'new' },
      ],
    },
    { kind: 'added', stream: 's', key: 'c' },
  ])
})

it('distinguishes a key that changes from a record that is gone', () => {
  expect(compare([raw('a', record(1))], [raw('a', record('x1', { title: 't' }))]).changes).toEqual([
    { kind: 'keyChanged', stream: 's', key: '1', newKey: 'x1', fields: [{ path: 'title', after: 't' }] },
  ])
  expect(compare([raw('a', record(1), record(2))], [raw('a', record(3))]).changes.map(({ kind }) => kind)).toEqual(['keyChanged', 'removed'])
})

it('counts a rejection only when it is new', () => {
  const { changes, unchanged } = compare(
    [rejects('a', 'MAPPING_FAILED'), raw('b', record('b'))],
    [rejects('a', 'MAPPING_FAILED'), rejects('b', 'MAPPING_RESULT')],
  )
  expect(unchanged).toBe(1)
  expect(changes).toEqual([{ kind: 'rejected', stream: 's', key: 'b', reason: 'MAPPING_RESULT', message: 'no' }])
})

it('treats a missing record as gone only if the sample is complete', () => {
  expect(compare([raw('a', record('a'))], [raw('b', record('b'))]).changes.map(({ kind }) => kind)).toEqual(['removed', 'added'])
  expect(compare([raw('a', record('a'))], [raw('b', record('b'))], [])).toEqual({ unchanged: 0, notCompared: 2, changes: [] })
})

it('reports an example as broken for another number of records or another value of a named member', () => {
  const made = [record('a', { title: 'T', data: { amount: 12345678901234567890n, other: 1 } })]
  expect(findBroken({ expected: [{ title: 'T', key: 'a' }] }, made)).toBeNull()
  expect(findBroken({ expected: [{ data: { other: 1, amount: '12345678901234567890' } }] }, made)).toBeNull()
  expect(findBroken({ expected: [{ url: null }] }, made)).toBeNull()
  expect(findBroken({ expected: [{ title: 'U' }] }, made)).toBe('record 1: title is "T"')
  expect(findBroken({ expected: [] }, made)).toBe('0 records are expected, the mapping makes 1')
})
