import { JsonNumber, type SourceRecord } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { toRecords } from './to-records.js'

const original: SourceRecord = { stream: 'orders', key: 7, kind: 'row', title: 'old', data: { a: 1 }, validator: 'v1', scope: 's' }
const kept = (result: unknown) => toRecords(original, result, {})
const set = (result: unknown) => toRecords(original, result, { keys: 'set' })

describe('toRecords', () => {
  it.each([[null], [undefined], [[]], [[null]]])('drops for %j', (result) => expect(kept(result)).toEqual([]))

  it('replaces the named members and leaves the others', () => {
    expect(kept({ title: 'new', data: { b: 2 }, text: 5n, occurredAt: '2026-01-01' })).toEqual([
      { ...original, title: 'new', data: { b: 2 }, text: '5', occurredAt: '2026-01-01' },
    ])
    expect(kept({ ...original, title: null })).toEqual([{ ...original, title: undefined }])
    expect(kept([{ key: 7 }])).toEqual([original])
  })

  it('splits a record, when keys may be set', () => {
    expect(set([{ key: [7, 0] }, { key: [7, 1], title: 'second' }]).map(({ key, title }) => [key, title])).toEqual([
      [[7, 0], 'old'],
      [[7, 1], 'second'],
    ])
  })

  it.each<[string, () => unknown, RegExp]>([
    ['text', () => kept('hello'), /gives text instead/],
    ['a number', () => kept(5), /gives a number instead/],
    ['a long number', () => kept(new JsonNumber('1.0')), /gives a number instead/],
    ['a list of lists', () => kept([[1]]), /gives a list instead/],
    ['an unknown member', () => kept({ titel: 'x' }), /no member "titel"/],
    ['data that is not an object', () => kept({ data: [1] }), /data must be an object, not a list/],
    ['data that is null', () => kept({ data: null }), /data must be an object, not null/],
    ['a title that is not text', () => kept({ title: {} }), /title must be text, not an object/],
    ['a kind that is none', () => kept({ kind: 'thing' }), /one of document, event/],
    ['milliseconds', () => kept({ occurredAt: 1_700_000_000_000 }), /fromMillis/],
    ['another stream', () => kept({ stream: 'x' }), /stream cannot be changed/],
    ['another validator', () => kept({ validator: 'v2' }), /validator cannot be changed/],
    ['another key', () => kept({ key: 8 }), /changes the key/],
    ['two records', () => kept([{}, {}]), /2 records for one/],
    ['the same key twice', () => set([{ key: 1 }, { key: 1 }, { key: 2 }]), /2 of the records/],
    ['a key that is an object', () => set({ key: { a: 1 } }), /key must be/],
    ['a key that is true', () => set({ key: true }), /key must be/],
  ])('refuses %s', (_what, act, message) => {
    expect(act).toThrow(expect.objectContaining({ reason: 'MAPPING_RESULT', message: expect.stringMatching(message) as unknown }))
  })

  it.each([[null], [''], [[]]])('refuses the key %j as missing', (key) =>
    expect(() => set({ key })).toThrow(expect.objectContaining({ reason: 'RECORD_KEY_MISSING' })),
  )
  it('refuses to set keys and leave one out', () =>
    expect(() => set([{ key: 1 }, { title: 'x' }])).toThrow(expect.objectContaining({ reason: 'RECORD_KEY_MISSING' })))
})
