import { describe, expect, it } from 'vitest'
import { decodeBatches } from './decode-batches.js'
import { LARGEST_BATCH } from './decompress.js'
import { unpackLz4Frames } from './lz4.js'
import { unpackSnappy } from './snappy.js'

const varint = (value: number): number[] => {
  const bytes: number[] = []
  for (let rest = value < 0 ? -value * 2 - 1 : value * 2; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) | 0x80)
  }
}
const field = (text: string | null): number[] => (text === null ? varint(-1) : [...varint(Buffer.byteLength(text)), ...Buffer.from(text)])
const record = (offset: number, value: string | null, key: Buffer | null = null): Buffer => {
  const keyBytes = key === null ? varint(-1) : [...varint(key.length), ...key]
  const body = [0, ...varint(-5), ...varint(offset), ...keyBytes, ...field(value), ...varint(1), ...field('h'), ...field('v')]
  return Buffer.from([...varint(body.length), ...body])
}
interface BatchSpec {
  readonly base: number
  readonly last: number
  readonly attributes?: number
  readonly producer?: number
  readonly records?: readonly Buffer[]
}
const batch = ({ base, last, attributes = 0, producer = -1, records = [] }: BatchSpec): Buffer => {
  const head = Buffer.alloc(61)
  head.writeBigInt64BE(BigInt(base), 0)
  head.writeInt8(2, 16)
  head.writeInt16BE(attributes, 21)
  head.writeInt32BE(last - base, 23)
  head.writeBigInt64BE(1_700_000_000_000n, 27)
  head.writeBigInt64BE(1_700_000_009_000n, 35)
  head.writeBigInt64BE(BigInt(producer), 43)
  head.writeInt32BE(records.length, 57)
  const whole = Buffer.concat([head, ...records])
  whole.writeInt32BE(whole.length - 12, 8)
  return whole
}
const [TRANSACTIONAL, CONTROL] = [0x10, 0x20]
const marker = (base: number, producer: number, type: 0 | 1): Buffer =>
  batch({ base, last: base, attributes: TRANSACTIONAL | CONTROL, producer, records: [record(0, '', Buffer.from([0, 0, 0, type]))] })
const offsets = (bytes: Buffer, aborted: Parameters<typeof decodeBatches>[1] = []) => {
  const { messages, nextOffset } = decodeBatches(bytes, aborted)
  return [messages.map(({ offset }) => offset), nextOffset]
}

describe('decodeBatches', () => {
  it('reads messages with key, headers and time', () => {
    const { messages } = decodeBatches(batch({ base: 7, last: 8, records: [record(0, 'a', Buffer.from('k')), record(1, null)] }))
    expect(messages).toEqual([
      { offset: 7, timestamp: 1_699_999_999_995, key: Buffer.from('k'), value: Buffer.from('a'), headers: [['h', Buffer.from('v')]] },
      { offset: 8, timestamp: 1_699_999_999_995, key: null, value: null, headers: [['h', Buffer.from('v')]] },
    ])
  })

  it('continues after batches that compaction has emptied, and after offsets that are missing', () => {
    expect(offsets(Buffer.concat([batch({ base: 10, last: 19 }), batch({ base: 20, last: 29, records: [record(4, 'x')] })]))).toEqual([[24], 30])
    expect(offsets(batch({ base: 10, last: 19 }))).toEqual([[], 20])
  })

  it('drops half a batch at the end', () => {
    const whole = batch({ base: 0, last: 0, records: [record(0, 'x')] })
    const next = batch({ base: 1, last: 1, records: [record(0, 'y')] })
    for (let cut = 0; cut < next.length; cut += 1) expect(offsets(Buffer.concat([whole, next.subarray(0, cut)]))).toEqual([[0], 1])
    expect(offsets(Buffer.alloc(0))).toEqual([[], undefined])
  })

  it('drops aborted transactions, and all markers', () => {
    const of = (base: number, producer: number) => batch({ base, last: base, attributes: TRANSACTIONAL, producer, records: [record(0, 'x')] })
    const log = Buffer.concat([of(0, 1), of(1, 2), marker(2, 1, 0), of(3, 1), marker(4, 2, 1), marker(5, 1, 1), of(6, 2)])
    expect(offsets(log, [{ producerId: 1, firstOffset: 0 }])).toEqual([[1, 3, 6], 7])
    expect(offsets(log, [])).toEqual([[0, 1, 3, 6], 7])
  })

  it.each([
    ['an old format', Buffer.alloc(40)],
    ['a length that lies', batch({ base: 0, last: 0, records: [Buffer.from([0x7e])] })],
    ['packed bytes that are none', batch({ base: 0, last: 0, attributes: 1, records: [record(0, 'x')] })],
    ['an unknown codec', batch({ base: 0, last: 0, attributes: 7, records: [record(0, 'x')] })],
  ])('refuses %s', (_name, bytes) => {
    expect(() => decodeBatches(bytes)).toThrow(expect.objectContaining({ reason: 'UPSTREAM_INVALID' }) as Error)
  })
})

describe('unpacking', () => {
  const limited = (bytes: number): number => {
    if (bytes > 1_000) throw new Error('too large')
    return bytes
  }
  it('stops a block of Snappy that expands without end', () => {
    const bomb = Buffer.from([0xff, 0xff, 0x7f, 0, 0x61, ...Array.from({ length: 300 }, () => [0xfe, 1, 0]).flat()])
    expect(() => unpackSnappy(bomb, limited)).toThrow('too large')
    expect(unpackSnappy(bomb, (bytes) => Math.min(bytes, LARGEST_BATCH)).length).toBe(1 + 300 * 64)
  })
  it('refuses copies of data that does not exist', () => {
    expect(() => unpackSnappy(Buffer.from([4, 0, 0x61, 0xfe, 9, 0]), limited)).toThrow(RangeError)
    expect(() => unpackLz4Frames(Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, 4, 0, 0, 0, 0x10, 0x61, 9, 0, 0, 0, 0, 0]), limited)).toThrow(
      RangeError,
    )
    expect(() => unpackLz4Frames(Buffer.from('no frame'), limited)).toThrow(RangeError)
  })
})
