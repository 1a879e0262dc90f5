import { hasUnstorableText, JsonNumber, keyHash, type PackedRecord, type SourceRecord } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { packKey, packRecord, packRejected } from './pack-record.js'

const record = (change: Partial<SourceRecord> = {}): SourceRecord => ({ stream: 's', key: 'k', kind: 'row', data: { a: 1 }, ...change })
const pack = (change: Partial<SourceRecord> = {}): PackedRecord => JSON.parse(packRecord(record(change)).line) as PackedRecord

describe('packRecord', () => {
  it('hashes the content, not the order of keys, the validator or the scope', () => {
    const hash = pack({ data: { a: 1, b: 2 } }).c
    expect(pack({ data: { b: 2, a: 1 }, validator: 'v', scope: 'x' }).c).toBe(hash)
    const others: Partial<SourceRecord>[] = [
      { data: { a: 1, b: 3 } },
      { title: 't' },
      { text: 't' },
      { url: 't' },
      { kind: 'item' },
      { occurredAt: '2026-01-01' },
    ]
    expect(new Set([hash, ...others.map((change) => pack({ data: { a: 1, b: 2 }, ...change }).c)]).size).toBe(others.length + 1)
  })
  it('keeps big numbers as they are', () => {
    const { line } = packRecord(record({ data: { a: 9007199254740993n, b: new JsonNumber('1.10') } }))
    expect(line).toContain('"data":{"a":9007199254740993,"b":1.10}')
  })
  it.each<[string, Partial<SourceRecord>, string]>([
    ['NUL in data', { data: { a: '\u0000' } }, 'TEXT_NOT_STORABLE'],
    ['NUL in the key', { key: 'a\u0000' }, 'TEXT_NOT_STORABLE'],
    ['half a surrogate pair', { text: '\ud800' }, 'TEXT_NOT_STORABLE'],
    ['not a number', { data: { a: Number.NaN } }, 'NUMBER_NOT_STORABLE'],
    ['a number as key that is none', { key: Number.NaN }, 'NUMBER_NOT_STORABLE'],
    ['no object', { data: [] as never }, 'RECORD_INVALID'],
    ['an impossible date', { occurredAt: '0000-00-00' }, 'RECORD_INVALID'],
    ['no date', { occurredAt: 'yesterday' }, 'RECORD_INVALID'],
    ['an invalid Date', { occurredAt: new Date(Number.NaN) }, 'RECORD_INVALID'],
    ['too large', { text: 'x'.repeat(8_400_000) }, 'RECORD_TOO_LARGE'],
    ['too large in bytes only', { text: '€'.repeat(3_000_000) }, 'RECORD_TOO_LARGE'],
  ])('sends to quarantine: %s', (_title, change, reason) => {
    const packed = pack(change)
    expect(packed).toMatchObject({ o: 'q', r: reason, s: 's' })
    expect(hasUnstorableText(packRecord(record(change)).line)).toBe(false)
    expect(packed.raw?.length ?? 0).toBeLessThanOrEqual(65_536)
  })
  it('quarantines circular and endlessly deep values, and never throws', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    let deep: unknown = 1
    for (let i = 0; i < 20_000; i += 1) deep = { deep }
    for (const data of [circle, { deep }]) expect(pack({ data: data as never })).toMatchObject({ o: 'q', r: 'RECORD_INVALID' })
  })
  it('includes the key of a quarantined record, so that a sweep spares it', () => {
    expect(pack({ key: 'k', data: { a: Number.NaN } })).toMatchObject({ k: 'k', h: keyHash('k') })
  })
  it('accepts a key of 10 KB, and text that only looks like an escape', () => {
    expect(pack({ key: 'k'.repeat(10_240) }).o).toBe('u')
    expect(pack({ text: 'C:\\u0000 and \\ud800' }).text).toBe('C:\\u0000 and \\ud800')
  })
  it('packs deletes with their key, and unchanged keys without', () => {
    expect(JSON.parse(packRecord(record({ op: 'delete', data: { a: Number.NaN } })).line)).toEqual({ s: 's', k: 'k', h: keyHash('k'), o: 'd' })
    expect(JSON.parse(packKey('s', ['k', 1], 'n').line)).toEqual({ s: 's', k: '', h: keyHash(['k', 1]), o: 'n' })
  })
  it('cuts what a connector rejected', () => {
    const packed = JSON.parse(
      packRejected({ stream: 's', key: 'x'.repeat(5_000), reason: 'RECORD_INVALID', message: 'm'.repeat(9_999), raw: 'r'.repeat(99_999) }).line,
    ) as PackedRecord
    expect([packed.k.length, packed.m?.length, packed.raw?.length]).toEqual([1_024, 2_000, 65_536])
  })
})
