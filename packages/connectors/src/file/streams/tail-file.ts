import type { FileHandle } from 'node:fs/promises'
import { type Cursor, Failure, type Page, toFailure, toFileFailure } from '@inlet/connector-sdk'
import { parseJsonRow } from '../../files/formats/json-row.js'
import type { RowEvent } from '../../files/formats/row-event.js'
import { rejectFile } from '../../files/streams/item-event.js'
import { ROWS, toRowRecord } from '../../files/streams/row-record.js'
import { type ByteLine, createByteLines } from '../../parsing/bytes/byte-lines.js'
import { isGzip } from '../../parsing/bytes/gunzip.js'
import { createYield } from '../../parsing/bytes/yield-to-loop.js'
import type { PagePacker } from '../../parsing/page-packer.js'
import type { FileConnection } from '../connection.js'
import type { FileItem } from '../listing/list-items.js'
import { shortHash, type Tail } from './tail-cursor.js'

export interface TailFileOptions {
  /** How far this file was read. */
  readonly tail: Tail | undefined
  /** The tails of all files, including the one this may have been renamed from. */
  readonly others: ReadonlyMap<string, Tail>
  readonly packer: PagePacker
  readonly signal: AbortSignal
  readonly move: (tail: Tail) => void
  readonly cursor: () => Cursor
}

const HEAD_BYTES = 256
const CHUNK_BYTES = 64 * 1024

/** Yields the lines that were added to one file. A last line without its line break is left for the next time. */
export async function* readTailFile(connection: FileConnection, item: FileItem, options: TailFileOptions): AsyncGenerator<Page, void, void> {
  let handle: FileHandle | undefined
  try {
    handle = (await connection.ctx.files.open(item.path ?? item.key)).handle
    yield* readAdded(connection, item, { ...options, handle })
  } catch (thrown) {
    const failure = thrown instanceof Failure ? thrown : toFailure(toFileFailure(thrown, item.key))
    if (options.signal.aborted || failure.code === 'cancelled') throw thrown
    if (failure.reason === 'VALIDATION_FAILED' || failure.code === 'internal') throw thrown
    if (failure.reason !== 'NOT_FOUND_UPSTREAM') options.packer.reject(rejectFile(ROWS, [item.key], failure))
  } finally {
    await handle?.close()
  }
}

async function* readAdded(
  connection: FileConnection,
  item: FileItem,
  options: TailFileOptions & { readonly handle: FileHandle },
): AsyncGenerator<Page, void, void> {
  const { handle, packer, signal, move, cursor } = options
  const { config } = connection.ctx
  const stat = await handle.stat({ bigint: true })
  const head = await readHead(handle)
  if (head === null) return
  const tail = { offset: 0, ino: stat.ino.toString(36), head: shortHash(head, 8) }
  const size = Number(stat.size)
  const from = startOf(tail, size, options)
  if (isGzip(head)) {
    move({ ...tail, offset: size })
    if (from !== size) packer.reject(rejectFile(ROWS, [item.key], new Failure('CONTENT_MISMATCH', 'append reads plain files; exclude gzip files')))
    return
  }
  const take = createByteLines(config.maxRecordBytes)
  const yieldToLoop = createYield()
  let number = 0
  move({ ...tail, offset: from })
  const added = handle.createReadStream({ start: from, end: Math.max(from, size - 1), highWaterMark: CHUNK_BYTES, autoClose: false, signal })
  // The loop throws it; without a listener, an abort between two pages would end the process.
  added.on('error', () => undefined)
  for await (const chunk of added) {
    for (const line of take(chunk as Buffer)) {
      const row = toRow(line, ++number, { from, maxRecordBytes: config.maxRecordBytes })
      if (row !== null) {
        const outcome = toRowRecord(item.key, row, { config, place: [tail.head, from + line.offset] })
        if (packer.isFull('record' in outcome ? outcome.size : 0)) {
          yield { ...packer.take(), cursor: cursor() }
          signal.throwIfAborted()
        }
        if ('record' in outcome) packer.record(outcome.record, outcome.size)
        else packer.reject(outcome.rejected)
      }
      move({ ...tail, offset: from + line.end })
    }
    await yieldToLoop()
  }
}

/** Reads the first line, or the start of a long one; null as long as it is too short to recognize the file by. */
const readHead = async (handle: FileHandle): Promise<Buffer | null> => {
  const buffer = Buffer.alloc(HEAD_BYTES)
  const { bytesRead } = await handle.read(buffer, 0, HEAD_BYTES, 0)
  const start = buffer.subarray(0, bytesRead)
  const end = start.indexOf(10)
  if (end === -1 && bytesRead < HEAD_BYTES && !isGzip(start)) return null
  return end === -1 ? start : start.subarray(0, end)
}

/** Returns the offset to continue from: that of the same file under this name or its former one; 0 for a new, truncated or rewritten one. */
const startOf = ({ ino, head }: Tail, size: number, { tail, others }: TailFileOptions): number => {
  const same = (known: Tail): boolean => known.ino === ino && known.head === head && known.offset <= size
  return (tail !== undefined && same(tail) ? tail : findSame(others, same))?.offset ?? 0
}

const findSame = (others: ReadonlyMap<string, Tail>, same: (known: Tail) => boolean): Tail | undefined => {
  for (const known of others.values()) if (same(known)) return known
  return undefined
}

const toRow = (line: ByteLine, number: number, { from, maxRecordBytes }: { from: number; maxRecordBytes: number }): RowEvent | null => {
  const place = `the line at byte ${from + line.offset}`
  if (line.bytes === null)
    return { number, size: 0, failure: { reason: 'RECORD_TOO_LARGE', message: `${place} has more than ${maxRecordBytes} bytes` } }
  const text = line.bytes.toString('utf8').replace(/^\ufeff/, '')
  return text.trim() === '' ? null : { number, size: text.length, ...parseJsonRow(text, place) }
}
