import { Failure } from '@inlet/connector-sdk'
import { ByteReader } from './byte-reader.js'
import { decompress } from './decompress.js'

/** Messages of transactions by this producer, from this offset on, were aborted. */
export interface Aborted {
  readonly producerId: number
  readonly firstOffset: number
}

export interface DecodedBatches {
  readonly messages: readonly Message[]
  /** The offset after the last whole batch; undefined if there is none. Batches may be empty after compaction. */
  readonly nextOffset: number | undefined
}

/** From the offset of a batch to the end of its magic byte. */
const PREFIX_BYTES = 17
const MAGIC_AT = 16
const [CODEC, LOG_APPEND_TIME, TRANSACTIONAL, CONTROL] = [0x07, 0x08, 0x10, 0x20]
const ABORT_MARKER = 0

/**
 * Decodes the committed messages of a broker's response for a partition: whole record batches, and perhaps the start of another, which
 * is dropped. Throws UPSTREAM_INVALID for anything else, and for the formats before Kafka 0.11.
 */
export const decodeBatches = (bytes: Buffer, aborted: readonly Aborted[] = []): DecodedBatches => {
  const messages: Message[] = []
  const filter = createTransactionFilter(aborted)
  let nextOffset: number | undefined
  const reader = new ByteReader(bytes)
  while (reader.left >= PREFIX_BYTES) {
    const batch = openBatch(reader)
    if (batch === null) break
    try {
      nextOffset = readBatch(batch, filter, messages)
    } catch (error) {
      if (error instanceof Failure) throw error
      throw new Failure('UPSTREAM_INVALID', `the batch at offset ${batch.baseOffset} cannot be read`, { cause: error })
    }
  }
  return { messages, nextOffset }
}

interface OpenBatch {
  readonly baseOffset: number
  /** Positioned at the attributes. */
  readonly reader: ByteReader
}

const openBatch = (reader: ByteReader): OpenBatch | null => {
  const magic = reader.bytes.readInt8(reader.at + MAGIC_AT)
  if (magic !== 2) throw new Failure('UPSTREAM_INVALID', `messages are in format ${magic}, from before Kafka 0.11`)
  const baseOffset = reader.int64()
  const length = reader.int32()
  if (length > reader.left) return null
  // After leader epoch, magic byte and checksum.
  return { baseOffset, reader: new ByteReader(reader.slice(length), 9) }
}

const readBatch = ({ baseOffset, reader }: OpenBatch, filter: TransactionFilter, messages: Message[]): number => {
  const attributes = reader.int16()
  const next = baseOffset + reader.int32() + 1
  const firstTimestamp = reader.int64()
  const maxTimestamp = reader.int64()
  const producerId = reader.int64()
  // Producer epoch and base sequence.
  reader.slice(6)
  const count = reader.int32()
  const codec = attributes & CODEC
  const records = codec === 0 ? reader : new ByteReader(decompress(codec, reader.slice(reader.left)))
  if ((attributes & CONTROL) !== 0) {
    filter.mark(producerId, readRecord(records).key)
    return next
  }
  if ((attributes & TRANSACTIONAL) !== 0 && filter.isAborted(producerId, next - 1)) return next
  const appended = (attributes & LOG_APPEND_TIME) !== 0
  for (let n = 0; n < count; n += 1) {
    const { offset, timestamp, ...rest } = readRecord(records)
    messages.push({ offset: baseOffset + offset, timestamp: appended ? maxTimestamp : firstTimestamp + timestamp, ...rest })
  }
  return next
}

/** Reads a record, whose offset and time are relative to its batch. */
const readRecord = (batch: ByteReader): Message => {
  const reader = new ByteReader(batch.slice(batch.varint()))
  reader.int8()
  const timestamp = reader.varint()
  const offset = reader.varint()
  const key = reader.varBytes()
  const value = reader.varBytes()
  const headers: [string, Buffer | null][] = []
  for (let n = reader.varint(); n > 0; n -= 1) headers.push([reader.varBytes()?.toString('utf8') ?? '', reader.varBytes()])
  return { offset, timestamp, key, value, headers }
}

interface TransactionFilter {
  isAborted(producerId: number, lastOffset: number): boolean
  mark(producerId: number, markerKey: Buffer | null): void
}

/** An aborted transaction reaches from its first offset to its abort marker. */
const createTransactionFilter = (aborted: readonly Aborted[]): TransactionFilter => {
  const waiting = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset)
  const open = new Set<number>()
  return {
    isAborted(producerId, lastOffset) {
      while (waiting[0] !== undefined && waiting[0].firstOffset <= lastOffset) open.add((waiting.shift() as Aborted).producerId)
      return open.has(producerId)
    },
    mark(producerId, markerKey) {
      if (markerKey !== null && markerKey.length >= 4 && markerKey.readInt16BE(2) === ABORT_MARKER) open.delete(producerId)
    },
  }
}

/** One message of a partition. */
export interface Message {
  readonly offset: number
  /** Milliseconds since 1970; negative when it has none. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[]
}
