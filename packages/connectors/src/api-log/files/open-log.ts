import type { FileHandle } from 'node:fs/promises'
import { Failure } from '@inlet/connector-sdk'
import { type GunzipLimits, gunzip, isGzip } from '../../parsing/bytes/gunzip.js'
import { findHead, HEAD_BYTES, headId } from './place.js'

const CHUNK_BYTES = 256 * 1024
/** Compression formats that are not supported. */
const SIGNATURES: readonly (readonly [string, readonly number[]])[] = [
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
]

/** What the end of a gzip file says about its content; correct unless several files were joined. */
export interface Trailer {
  readonly crc: number
  /** Modulo 2^32. */
  readonly size: number
}

/** The content of a log, as of when it was opened. */
export interface OpenLog {
  readonly gzip: boolean
  /** Identifies the log by its first line; null as long as that is not complete. */
  readonly head: string | null
  /** Of the file, in bytes. */
  readonly size: number
  readonly trailer: Trailer | null
  /** Yields the bytes from an offset on. Throws ARCHIVE_BOMB and FILE_UNREADABLE for gzip. Can be called again after the iteration has ended. */
  bytes(from: number): AsyncIterable<Buffer>
  /** Reads the bytes before an offset of a plain file. */
  before(offset: number, length: number): Promise<Buffer>
}

/** Inspects the start of a file. Throws CONTENT_MISMATCH for unsupported compression. The caller closes the handle. */
export const openLog = async (handle: FileHandle, limits: GunzipLimits, signal: AbortSignal): Promise<OpenLog> => {
  const { size } = await handle.stat()
  const start = await readAt(handle, 0, Math.min(size, HEAD_BYTES))
  const other = SIGNATURES.find(([, bytes]) => bytes.every((byte, index) => start[index] === byte))
  if (other !== undefined) throw new Failure('CONTENT_MISMATCH', `the file is compressed with ${other[0]}; only gzip is read`)
  const plain = (from: number): AsyncGenerator<Buffer, void, void> => chunks(handle, { from, to: size, signal })
  const before = (offset: number, length: number): Promise<Buffer> => readAt(handle, Math.max(0, offset - length), Math.min(length, offset))
  if (!isGzip(start)) {
    const head = findHead(start, false)
    return { gzip: false, head: head === null ? null : headId(head), size, trailer: null, bytes: plain, before }
  }
  const expanded = (): AsyncGenerator<Buffer, void, void> => gunzip(plain(0), limits)
  const head = findHead(await startOf(expanded()), true)
  const end = size >= 18 ? await readAt(handle, size - 8, 8) : null
  return {
    gzip: true,
    head: head === null ? null : headId(head),
    size,
    trailer: end === null ? null : { crc: end.readUInt32LE(0), size: end.readUInt32LE(4) },
    bytes: (from) => skipped(expanded(), from),
    before,
  }
}

const readAt = async (handle: FileHandle, position: number, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await handle.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}

async function* chunks(
  handle: FileHandle,
  { from, to, signal }: { readonly from: number; readonly to: number; readonly signal: AbortSignal },
): AsyncGenerator<Buffer, void, void> {
  for (let at = from; at < to; ) {
    signal.throwIfAborted()
    // A fresh buffer each time, because the lines hold on to what was read.
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, to - at))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}

/** Returns the first bytes of the content; of a damaged file, those before the damage. */
const startOf = async (content: AsyncGenerator<Buffer, void, void>): Promise<Buffer> => {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of content) {
      parts.push(part)
      length += part.length
      if (length >= HEAD_BYTES) break
    }
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.reason !== 'FILE_UNREADABLE' || length === 0) throw thrown
  }
  return Buffer.concat(parts)
}

async function* skipped(content: AsyncGenerator<Buffer, void, void>, from: number): AsyncGenerator<Buffer, void, void> {
  let left = from
  for await (const part of content) {
    if (left >= part.length) left -= part.length
    else {
      yield left === 0 ? part : part.subarray(left)
      left = 0
    }
  }
}
