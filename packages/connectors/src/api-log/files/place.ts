import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * How far a log was read. A log is identified by its content and not by name or inode, so that it is recognized after it was renamed,
 * copied and truncated, compressed or moved to another disk.
 */
export interface Place {
  /** {@link headMark} of its head. */
  readonly head: string
  /** Offset of the next line in bytes; in the expanded content for gzip. */
  readonly offset: number
  /** Lines before it. */
  readonly lines: number
  /** CRC-32 of all bytes before it, which gzip files store at their end. */
  readonly crc: number
  /** {@link tailMark} of the bytes before it; or `!` and a version of the file for one that cannot be read any further. */
  readonly tail: string
}

/** How many bytes before a position are compared again, so that a file rewritten under the same first line is noticed. */
export const TAIL_BYTES = 128
/** A head is the first line with the comments above it, within this many bytes. */
export const HEAD_BYTES = 4096

const digest = (content: string | Buffer, length: number): string => createHash('sha256').update(content).digest('base64url').slice(0, length)

/** 96 bits for keys of records. */
export const headId = (head: Buffer): string => digest(head, 16)
/** 48 bits for the cursor, which holds some 200 of them. */
export const headMark = (id: string): string => id.slice(0, 8)
export const tailMark = (tail: Buffer): string => digest(tail, 5)
export const brokenMark = (version: string): string => `!${digest(version, 4)}`

/**
 * Returns the head of a log, null as long as its first line is not complete. Lines that begin with `#` are headers with which
 * every generation of a log may begin.
 */
export const findHead = (start: Buffer, complete: boolean): Buffer | null => {
  const within = start.subarray(0, HEAD_BYTES)
  for (let from = 0; from < within.length; ) {
    const end = within.indexOf(10, from)
    if (end === -1) break
    if (within[from] !== 35) return within.subarray(0, end)
    from = end + 1
  }
  return within.length === HEAD_BYTES || (complete && within.length > 0) ? within : null
}

/** Counts the bytes of a log as they are read. */
export interface PlaceTracker {
  advance(bytes: Buffer): void
  /** Returns the position after everything that was counted. */
  place(lines: number): Place
}

/** `tail`: the bytes before the start, at most {@link TAIL_BYTES}. */
export const createPlaceTracker = (start: {
  readonly head: string
  readonly offset: number
  readonly crc: number
  readonly tail: Buffer
}): PlaceTracker => {
  let { offset, crc, tail } = start
  return {
    advance(bytes) {
      if (bytes.length === 0) return
      offset += bytes.length
      crc = crc32(bytes, crc)
      tail = Buffer.from(bytes.length >= TAIL_BYTES ? bytes.subarray(-TAIL_BYTES) : Buffer.concat([tail, bytes]).subarray(-TAIL_BYTES))
    },
    place: (lines) => ({ head: start.head, offset, lines, crc, tail: tailMark(tail) }),
  }
}
