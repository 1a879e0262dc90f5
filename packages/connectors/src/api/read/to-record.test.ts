import { Failure, JsonNumber } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { configSchema, type StreamConfig } from '../config.js'
import { pack } from './read-stream.js'
import { toItems } from './to-items.js'
import { toRecord } from './to-record.js'

const streamOf = (over: object = {}): StreamConfig => {
  const [stream] = configSchema.parse({ url: 'https://x.test', streams: [{ name: 's', path: '/', keyFields: ['id'], ...over }] }).streams
  if (stream === undefined) throw new Error('no stream')
  return stream
}
const record = (item: unknown, over: object = {}, parent: string | null = null) =>
  toRecord(item, streamOf(over), parent, 'https://x.test/list').record
const reasonOf = (act: () => unknown): string => {
  try {
    act()
    return 'fine'
  } catch (error) {
    return error instanceof Failure ? error.reason : String(error)
  }
}

describe('toRecord', () => {
  it('takes what the paths point to', () => {
    const over = { titleField: 'a.title', textFields: ['body', '/a/note', 'none'], urlField: 'link', occurredAtField: 'at', kind: 'document' }
    const item = { id: 7, a: { title: 'T', note: 5 }, body: 'B', link: '../x/7', at: 1_700_000_000 }
    expect(record(item, over)).toEqual({
      stream: 's',
      key: 7,
      kind: 'document',
      data: item,
      title: 'T',
      text: 'B\n\n5',
      url: 'https://x.test/x/7',
      occurredAt: new Date(1_700_000_000_000),
    })
  })
  it('leaves out what is unusable', () => {
    expect(
      record({ id: 1, at: 'yesterday', link: 'http://[', t: {} }, { urlField: 'link', occurredAtField: 'at', titleField: 't', textFields: ['t'] }),
    ).toEqual({ stream: 's', key: 1, kind: 'item', data: { id: 1, at: 'yesterday', link: 'http://[', t: {} } })
  })
  it.each([
    [{ id: 9007199254740993n }, {}, null, 9007199254740993n],
    [{ id: '1' }, {}, null, '1'],
    [{ a: 1, b: 'x' }, { keyFields: ['a', 'b'] }, null, [1, 'x']],
    [{ id: true }, {}, null, [true]],
    [{ id: 1 }, {}, 'p', ['p', 1]],
    ['plain', { keyFields: ['value'] }, null, 'plain'],
  ])('case %#: keys', (item, over, parent, key) => {
    expect(record(item, over, parent).key).toEqual(key)
  })
  it.each([
    [{}, 'RECORD_KEY_MISSING'],
    [{ id: null }, 'RECORD_KEY_MISSING'],
    [{ id: '' }, 'RECORD_KEY_MISSING'],
    [{ id: {} }, 'RECORD_KEY_MISSING'],
    [{ id: new JsonNumber('1e400') }, 'RECORD_KEY_MISSING'],
    [{ id: 'a\u0000' }, 'TEXT_NOT_STORABLE'],
    [{ id: '\ud800' }, 'TEXT_NOT_STORABLE'],
    [{ id: 'x'.repeat(70_000) }, 'RECORD_TOO_LARGE'],
    [5, 'RECORD_KEY_MISSING'],
  ])('case %#: is refused', (item, reason) => {
    expect(reasonOf(() => record(item))).toBe(reason)
  })
  it.each([true, '2026-01-01', 1])('is a delete when the field is %j', (gone) => {
    expect(record({ id: 1, gone }, { deletes: 'events', deletedField: 'gone' })).toMatchObject({ op: 'delete', key: 1 })
  })
  it.each([false, null, 0, '', undefined])('is no delete when the field is %j', (gone) => {
    expect(record({ id: 1, gone }, { deletes: 'events', deletedField: 'gone' }).op).toBeUndefined()
  })
})

describe('toItems', () => {
  it.each([
    [[1], {}, [1]],
    [{ data: { items: [1] } }, { recordsPath: 'data.items' }, [1]],
    [{ data: null, total: 0 }, { recordsPath: 'data' }, []],
    [{ total_count: 0 }, { recordsPath: 'data' }, []],
    [{ data: null }, { recordsPath: 'data', nullList: 'empty' }, []],
    [{ data: [1], error: null, errors: [], success: true, errcode: 0, status: 'ok' }, { recordsPath: 'data' }, [1]],
    [{ id: 7, status: 'failed', error: 'the build broke' }, { shape: 'object' }, [{ id: 7, status: 'failed', error: 'the build broke' }]],
    [undefined, { recordsPath: 'data' }, []],
    [{ id: 1 }, { shape: 'object' }, [{ id: 1 }]],
  ])('case %#: finds the records', (body, over, items) => {
    expect(toItems(body, streamOf(over))).toEqual({ items, doubt: null })
  })
  it.each([
    [{ data: null }, [], /is null/],
    [{ data: null, total: 3 }, [], /is null/],
    [{ data: [1], errors: [{ message: 'one shard is down' }] }, [1], /reports an error beside/],
    [{ data: [1], success: false }, [1], /success: false/],
  ])('case %#: doubts that these are all', (body, items, doubt) => {
    expect(toItems(body, streamOf({ recordsPath: 'data' }))).toEqual({ items, doubt: expect.stringMatching(doubt) })
  })
  it.each([
    { data: null, success: false },
    { data: [], ok: 'false' },
    { data: null, error: { message: 'internal' } },
    { data: [], error: 'quota' },
    { data: null, status: 'ERROR' },
    { data: null, errcode: 40_001 },
    { data: [], errors: { a: 1 } },
  ])('%j is an error, whatever its status', (body) => {
    expect(reasonOf(() => toItems(body, streamOf({ recordsPath: 'data' })))).toBe('UPSTREAM_INVALID')
  })
  it.each([
    [{ error: 'x' }, {}],
    [{ error: 'x' }, { recordsPath: 'data' }],
    [{ data: 'x' }, { recordsPath: 'data' }],
    [[], { shape: 'object' }],
  ])('case %#: reports that there are none', (body, over) => {
    expect(reasonOf(() => toItems(body, streamOf(over)))).toBe('RECORDS_PATH_NOT_FOUND')
  })
})

it('pack cuts by number and size, and never drops a record', () => {
  const of = (count: number, size: number) =>
    pack(Array.from({ length: count }, () => ({ record: record({ id: 1 }), size }))).map((page) => page.length)
  expect(of(0, 1)).toEqual([0])
  expect(of(2500, 10)).toEqual([1000, 1000, 500])
  expect(of(5, 400_000)).toEqual([2, 2, 1])
  expect(of(2, 5_000_000)).toEqual([1, 1])
})
