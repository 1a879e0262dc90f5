import type { Page } from '@inlet/connector-sdk'
import { batchHash, keyHash, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, type PackedRecord } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { createBatcher, type DraftBatch, type RepeatedKeys } from './batcher.js'

const row = (key: string, data: object = {}) => ({ stream: 's', key, kind: 'row' as const, data: data as Record<string, string> })
const pack = (pages: readonly Page[], swept: readonly string[] = []): DraftBatch[] => {
  const batcher = createBatcher({ streams: new Set(['s']), swept: new Set(swept) })
  const batches = pages.flatMap((page) => [...batcher.add('s', page)])
  const rest = batcher.flush()
  return rest === null ? batches : [...batches, rest]
}
const entriesOf = (batch: DraftBatch | undefined): PackedRecord[] => JSON.parse(String(batch?.payload ?? '[]')) as PackedRecord[]

describe('createBatcher', () => {
  it('respects both limits, whatever comes', () => {
    const many = pack([{ records: Array.from({ length: 2_500 }, (_, n) => row(`k${n}`)) }])
    expect(many.map((batch) => entriesOf(batch).length)).toEqual([MAX_BATCH_RECORDS, MAX_BATCH_RECORDS, 500])
    const wide = pack([{ records: Array.from({ length: 30 }, (_, n) => row(`k${n}`, { t: '€'.repeat(30_000) })) }])
    for (const batch of wide) expect(batch.payload.length).toBeLessThanOrEqual(MAX_BATCH_BYTES)
    expect(wide.map(({ bytes }) => bytes)).toEqual(wide.map(({ payload }) => payload.length))
    const alone = pack([{ records: [row('small'), row('huge', { t: 'x'.repeat(2_000_000) }), row('other')] }])
    expect(alone.map((batch) => entriesOf(batch).map(({ k }) => k))).toEqual([['small'], ['huge'], ['other']])
  })

  it('lets the last state of a key win within a batch; "unchanged" takes nothing back', () => {
    const [batch] = pack([
      { records: [row('a', { v: '1' }), { ...row('b'), op: 'delete' as const }, row('a', { v: '2' }), row('b', { v: '3' })], unchanged: ['a', 'c'] },
    ])
    expect(entriesOf(batch).map(({ k, o, data }) => [k, o, data])).toEqual([
      ['a', 'u', { v: '2' }],
      ['b', 'u', { v: '3' }],
      ['', 'n', undefined],
    ])
    expect(batch?.counts).toEqual({ u: 2, d: 0, n: 1, q: 0 })
  })

  it('takes no more memory for a key that changes all the time than for many keys', () => {
    const states = Array.from({ length: 5_000 }, (_, n) => row('a', { v: String(n), t: 'x'.repeat(1_000) }))
    const batches = pack([{ records: states }])
    expect(batches.map((batch) => entriesOf(batch).length)).toEqual([1, 1, 1, 1, 1, 1])
    expect(entriesOf(batches.at(-1))[0]?.data).toMatchObject({ v: '4999' })
    for (const { payload } of batches) expect(payload.buffer.byteLength).toBeLessThan(2_000)
  })

  it('reports what replaced another record of a complete read, and the share of it', () => {
    const reports: RepeatedKeys[] = []
    const batcher = createBatcher({ streams: new Set(['s', 'log']), swept: new Set(['s']), onRepeated: (report) => reports.push(report) })
    const add = (stream: string, ...records: ReturnType<typeof row>[]) => [
      ...batcher.add(stream, { records: records.map((r) => ({ ...r, stream })) }),
    ]
    add('s', row('a', { v: '1' }), row('b'))
    add('log', row('a', { v: '1' }), row('a', { v: '2' }))
    // The same again, as after a resumed read, replaces nothing.
    add('s', row('a', { v: '1' }))
    expect(reports).toEqual([])
    add('s', row('a', { v: '2' }), row('c'))
    add('s', row('d'), row('e'), row('f'))
    expect(reports).toEqual([
      { count: 1, of: 5, example: 's: a' },
      { count: 0, of: 3, example: 's: a' },
    ])
  })

  it('has a matching hash, key hashes and swept streams', () => {
    const [batch] = pack(
      [{ records: [row('a')], rejected: [{ stream: 's', reason: 'RECORD_INVALID', message: 'm' }], cursor: 5, sweep: { scope: 'x' } }],
      ['s'],
    )
    expect(batch).toMatchObject({ effects: { cursors: [{ stream: 's', cursor: 5 }], sweeps: [{ stream: 's', scope: 'x' }] }, sweptStreams: ['s'] })
    expect(batch?.sha256).toBe(batchHash(batch?.payload ?? Buffer.from(''), batch?.effects))
    expect(batch?.keyHashes).toHaveLength(2)
  })

  it.each([
    ['everything with its content', { records: [row('a')] }, true],
    ['a key alone', { records: [], unchanged: ['a'] }, false],
    ['a record with a validator, beside which others may have been passed over', { records: [{ ...row('a'), validator: 'v1' }] }, false],
  ])('says of a sweep whether its reading showed contents: %s', (_what, page, contents) => {
    const batcher = createBatcher({ streams: new Set(['s']), swept: new Set(['s']) })
    batcher.beginReading('s', 7)
    expect([...batcher.add('s', { ...page, sweep: {} })]).toEqual([])
    expect(batcher.flush()?.effects).toEqual({ sweeps: [{ stream: 's', since: 7, contents }] })
    batcher.beginReading('s', 8)
    expect([...batcher.add('s', { records: [row('a')], sweep: {} })]).toEqual([])
    expect(batcher.flush()?.effects).toEqual({ sweeps: [{ stream: 's', since: 8, contents: true }] })
  })

  it('includes the key of a rejected record among those that a later batch may share', () => {
    const [batch] = pack([{ records: [], rejected: [{ stream: 's', key: 'a', reason: 'RECORD_INVALID', message: 'm', scope: 'f' }] }])
    expect(batch?.keyHashes).toEqual([keyHash('a')])
    expect(JSON.parse(String(batch?.payload))).toMatchObject([{ o: 'q', scope: 'f' }])
  })

  it('passes on a cursor without records, and nothing when there is nothing', () => {
    expect(pack([{ records: [], cursor: { at: 1 } }])).toMatchObject([
      { payload: Buffer.from('[]'), effects: { cursors: [{ stream: 's', cursor: { at: 1 } }] } },
    ])
    expect(pack([{ records: [] }])).toEqual([])
  })

  it('refuses streams it does not know and cursors over 8 KiB', () => {
    expect(() => pack([{ records: [{ ...row('a'), stream: 'other' }] }])).toThrow(/unknown stream/)
    expect(() => pack([{ records: [], cursor: 'x'.repeat(9_000) }])).toThrow(expect.objectContaining({ reason: 'CURSOR_TOO_LARGE' }))
  })

  it.each(Array.from({ length: 20 }, (_, n) => n + 1))('never sends a cursor before the last record of its page (seed %i)', (seed) => {
    let state = seed
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((state / 2_147_483_648) * below)
    }
    let next = 0
    const pages = Array.from({ length: 12 }, (_, page) => ({
      records: Array.from({ length: random(700) }, () => row(`k${next++}`, { t: 'x'.repeat(random(3_000)) })),
      ...(random(3) === 0 ? {} : { cursor: page }),
    }))
    const lastKeyOfPage = new Map<number, number>()
    let count = 0
    pages.forEach((page, index) => {
      count += page.records.length
      lastKeyOfPage.set(index, count)
    })
    let sent = 0
    let cursor = -1
    for (const batch of pack(pages)) {
      sent += entriesOf(batch).length
      for (const effect of batch.effects?.cursors ?? []) {
        expect(effect.cursor).toBeGreaterThan(cursor)
        cursor = effect.cursor as number
        expect(sent).toBeGreaterThanOrEqual(lastKeyOfPage.get(cursor) ?? Number.POSITIVE_INFINITY)
      }
    }
    expect(sent).toBe(count)
    expect(cursor).toBe(pages.findLastIndex((page) => 'cursor' in page))
  })
})
