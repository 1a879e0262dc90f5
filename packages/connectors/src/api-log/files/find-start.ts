import { crc32 } from 'node:zlib'
import { Failure } from '@inlet/connector-sdk'
import type { OpenLog } from './open-log.js'
import { brokenMark, headMark, type Place, TAIL_BYTES, tailMark } from './place.js'

export interface Start {
  /** The known position in this log, which the next one replaces. */
  readonly known: Place | null
  readonly from: Place
  /** The bytes before it. */
  readonly tail: Buffer
  /** Nothing was added, or the rest cannot be read. */
  readonly finished: boolean
}

/**
 * Finds where to continue reading: the farthest known position, in a log with this head, before which the content is unchanged; otherwise the
 * beginning. `version` identifies this state of the file.
 */
export const findStart = async (log: OpenLog & { readonly head: string }, known: readonly Place[], version: string): Promise<Start> => {
  const broken = known.find((place) => place.tail === brokenMark(version))
  if (broken !== undefined) return { known: broken, from: broken, tail: Buffer.alloc(0), finished: true }
  const readable = known.filter((place) => !place.tail.startsWith('!'))
  const found = log.gzip ? await findInGzip(log, readable) : await findInPlain(log, readable)
  if (found !== null) return found
  // A broken file that has since changed replaces its old state.
  const replaced = known.find((place) => place.tail.startsWith('!')) ?? null
  const from = { head: headMark(log.head), offset: 0, lines: 0, crc: 0, tail: tailMark(Buffer.alloc(0)) }
  return { known: replaced, from, tail: Buffer.alloc(0), finished: false }
}

const findInPlain = async (log: OpenLog, known: readonly Place[]): Promise<Start | null> => {
  for (const place of known) {
    if (place.offset > log.size) continue
    const tail = await log.before(place.offset, TAIL_BYTES)
    if (tailMark(tail) === place.tail) return { known: place, from: place, tail, finished: place.offset === log.size }
  }
  return null
}

/** A log that was read to its end before it was compressed is recognized by length and checksum, without expanding it. */
const findInGzip = async (log: OpenLog, known: readonly Place[]): Promise<Start | null> => {
  const { trailer } = log
  const whole = known.find((place) => trailer !== null && place.offset % 2 ** 32 === trailer.size && place.crc === trailer.crc)
  if (whole !== undefined) return { known: whole, from: whole, tail: Buffer.alloc(0), finished: true }
  const farthest = known[0]
  if (farthest === undefined) return null
  const prefix = await readPrefix(log, farthest.offset)
  return prefix !== null && prefix.crc === farthest.crc ? { known: farthest, from: farthest, tail: prefix.tail, finished: false } : null
}

/** Returns the checksum and end of the first bytes; null when there are not as many. */
const readPrefix = async (log: OpenLog, length: number): Promise<{ readonly crc: number; readonly tail: Buffer } | null> => {
  let crc = 0
  let left = length
  let tail: Buffer = Buffer.alloc(0)
  try {
    for await (const part of log.bytes(0)) {
      const piece = part.subarray(0, left)
      crc = crc32(piece, crc)
      tail = Buffer.concat([tail, piece.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
      left -= piece.length
      if (left === 0) return { crc, tail: Buffer.from(tail) }
    }
  } catch (thrown) {
    // The read that follows runs into it again and reports it.
    if (!(thrown instanceof Failure) || thrown.reason !== 'FILE_UNREADABLE') throw thrown
  }
  return null
}
