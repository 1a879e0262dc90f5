import type { Cursor } from '@inlet/connector-sdk'
import { type BatchEffects, type BatchEnvelope, batchHash, Failure, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_CURSOR_BYTES } from '@inlet/domain'
import type { MappedPage } from '../reading/map-page.js'
import { type PackedLine, packKey, packRecord, packRejected } from './pack-record.js'
import { createPayloadWriter, type Place } from './payload-writer.js'

/** A batch without its sequence number. */
export interface DraftBatch {
  readonly payload: Buffer
  readonly counts: BatchEnvelope['counts']
  readonly bytes: number
  readonly effects: BatchEffects | undefined
  readonly sweptStreams: readonly string[] | undefined
  readonly sha256: string
  readonly keyHashes: readonly string[]
  /** The entries come out of quarantine. */
  readonly retries?: boolean
}

export interface BatcherOptions {
  /** Streams of the source, and those of them that are swept. */
  readonly streams: ReadonlySet<string>
  readonly swept: ReadonlySet<string>
  /** Called with how many records of swept streams, out of how many since the last report, replaced another one of their batch that had other content. */
  readonly onRepeated?: (report: RepeatedKeys) => void
}

export interface RepeatedKeys {
  readonly count: number
  readonly of: number
  /** One of the keys. */
  readonly example: string
}

/** Packs pages into batches of at most 1,000 entries and about 1 MiB; effects travel with the last batch of their page. */
export interface Batcher {
  /**
   * Begins a reading of the stream: a sweep counts only what this reading shows, in batches from `since` on. Whatever an earlier attempt left must
   * have been flushed.
   */
  beginReading(stream: string, since: number): void
  /** Adds a page; yields the batches that it fills. */
  add(stream: string, page: MappedPage): Generator<DraftBatch>
  /** Returns what is left, or null. */
  flush(): DraftBatch | null
  readonly recordsRead: number
  /** Number of batches made so far. */
  readonly batchCount: number
  /** Whether anything is waiting to be flushed. */
  readonly pending: boolean
}

export const createBatcher = ({ streams, swept, onRepeated }: BatcherOptions): Batcher => {
  const writer = createPayloadWriter()
  let entries = new Map<string, Entry>()
  let cursors = new Map<string, Cursor>()
  let sweeps: SweepEffect[] = []
  const readings = new Map<string, Reading>()
  let sweptHere = new Set<string>()
  let recordsRead = 0
  let batchCount = 0
  let anonymous = 0
  let looked = 0
  let example: string | null = null

  const take = (): DraftBatch => {
    const packed = [...entries.values()]
    const counts = { u: 0, d: 0, n: 0, q: 0 }
    for (const { op } of packed) counts[op] += 1
    const payload = writer.take(packed.map(({ place }) => place))
    const effects = toEffects(cursors, sweeps)
    const batch: DraftBatch = {
      payload,
      counts,
      bytes: payload.length,
      effects,
      sweptStreams: sweptHere.size === 0 ? undefined : [...sweptHere],
      sha256: batchHash(payload, effects),
      keyHashes: packed.map(({ keyHash }) => keyHash),
    }
    entries = new Map()
    batchCount += 1
    cursors = new Map()
    sweeps = []
    sweptHere = new Set()
    return batch
  }

  /** Whether the entry has to go into the next batch. Entries that were replaced count as well, since they take memory until then. */
  const isFull = (entry: PackedLine): boolean => entries.size > 0 && (entries.size >= MAX_BATCH_RECORDS || writer.lengthWith(entry) > MAX_BATCH_BYTES)

  /** Returns whether it replaced other content with the same key. */
  const put = (entry: PackedLine): boolean => {
    const identity = entry.identity === '' ? `quarantine ${anonymous++}` : entry.identity
    const before = entries.get(identity)
    // The last state of a key within a batch wins; "unchanged" adds nothing.
    if (before !== undefined && entry.op === 'n') return false
    const place = writer.append(entry)
    entries.set(identity, { op: entry.op, keyHash: entry.keyHash, place })
    return before?.op === 'u' && entry.op === 'u' && !writer.isSame(before.place, place)
  }

  const passesOver = (stream: string): void => {
    const reading = readings.get(stream)
    if (reading !== undefined) reading.contents = false
  }

  return {
    beginReading: (stream, since) => void readings.set(stream, { since, contents: true }),
    *add(stream, page) {
      let repeated = 0
      for (const record of page.records) {
        if (!streams.has(record.stream)) throw new Failure('INTERNAL', `the connector yielded a record for the unknown stream "${record.stream}"`)
        const entry = packRecord(record, page.originOf?.(record))
        if (isFull(entry)) yield take()
        recordsRead += 1
        const isSwept = swept.has(record.stream)
        if (isSwept) {
          sweptHere.add(record.stream)
          looked += 1
        }
        if (record.validator !== undefined) passesOver(record.stream)
        if (put(entry) && isSwept) {
          repeated += 1
          example ??= `${record.stream}: ${String(record.key)}`
        }
      }
      // Once there was one, all that follow count as well, or the share would be too high.
      if (example !== null) {
        onRepeated?.({ count: repeated, of: looked, example })
        looked = 0
      }
      for (const key of page.unchanged ?? []) {
        if (entries.size >= MAX_BATCH_RECORDS) yield take()
        if (swept.has(stream)) sweptHere.add(stream)
        put(packKey(stream, key, 'n'))
        passesOver(stream)
        recordsRead += 1
      }
      for (const rejected of page.rejected ?? []) {
        const entry = packRejected(rejected)
        if (isFull(entry)) yield take()
        if (swept.has(rejected.stream)) sweptHere.add(rejected.stream)
        put(entry)
        recordsRead += 1
      }
      if (page.cursor !== undefined) cursors.set(stream, checkCursor(page.cursor))
      if (page.sweep !== undefined)
        sweeps.push({
          stream,
          ...(page.sweep.scope === undefined ? {} : { scope: page.sweep.scope }),
          ...(page.sweep.everyKey === true ? { everyKey: true } : {}),
          ...(page.gone === true ? { gone: true } : {}),
          ...readings.get(stream),
        })
    },
    flush: () => (entries.size === 0 && cursors.size === 0 && sweeps.length === 0 ? null : take()),
    get recordsRead() {
      return recordsRead
    },
    get batchCount() {
      return batchCount
    },
    get pending() {
      return entries.size > 0 || cursors.size > 0 || sweeps.length > 0
    },
  }
}

type SweepEffect = NonNullable<BatchEffects['sweeps']>[number]

interface Reading {
  readonly since: number
  /** Whether everything was shown with its content; see BatchEffects. */
  contents: boolean
}

interface Entry extends Pick<PackedLine, 'op' | 'keyHash'> {
  readonly place: Place
}

const toEffects = (cursors: ReadonlyMap<string, Cursor>, sweeps: readonly SweepEffect[]): BatchEffects | undefined => {
  if (cursors.size === 0 && sweeps.length === 0) return undefined
  // A cursor is plain JSON by its contract (checkCursor), which zod's json type cannot express because of bigint.
  const moved = [...cursors].map(([stream, cursor]) => ({ stream, cursor: cursor as never }))
  return { ...(moved.length > 0 ? { cursors: moved } : {}), ...(sweeps.length > 0 ? { sweeps: [...sweeps] } : {}) }
}

const checkCursor = (cursor: Cursor): Cursor => {
  const text = JSON.stringify(cursor)
  if (text === undefined || Buffer.byteLength(text) > MAX_CURSOR_BYTES)
    throw new Failure('CURSOR_TOO_LARGE', 'a cursor may have at most 8 KiB of JSON')
  return JSON.parse(text) as Cursor
}
