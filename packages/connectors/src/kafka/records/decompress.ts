import zlib from 'node:zlib'
import { Failure } from '@inlet/connector-sdk'
import { Decompress } from 'fzstd'
import { unpackLz4Frames } from './lz4.js'
import { unpackSnappy } from './snappy.js'

/** The largest expanded batch: brokers accept a few megabytes at most, so anything larger is an attack. */
export const LARGEST_BATCH = 128 * 1024 * 1024

const tooLarge = (): Failure => new Failure('RESPONSE_TOO_LARGE', `a compressed batch expands to more than ${LARGEST_BATCH} bytes`)

/** Decompresses the records of a batch; `codec` as in the attributes of the batch. Throws RESPONSE_TOO_LARGE, UPSTREAM_INVALID. */
export const decompress = (codec: number, packed: Buffer): Buffer => {
  const unpack = CODECS[codec]
  if (unpack === undefined) throw new Failure('UPSTREAM_INVALID', `a batch is compressed in an unknown way (${codec})`)
  try {
    return unpack(packed)
  } catch (error) {
    if (error instanceof Failure) throw error
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new Failure('UPSTREAM_INVALID', 'a compressed batch cannot be unpacked', { cause: error })
  }
}

const unzstd = (packed: Buffer): Buffer => {
  const parts: Uint8Array[] = []
  let bytes = 0
  const stream = new Decompress((part) => {
    bytes += part.length
    if (bytes > LARGEST_BATCH) throw tooLarge()
    parts.push(part)
  })
  stream.push(packed, true)
  return Buffer.concat(parts)
}

const limited = (bytes: number): number => {
  if (bytes > LARGEST_BATCH) throw tooLarge()
  return bytes
}

const CODECS: Readonly<Record<number, (packed: Buffer) => Buffer>> = {
  1: (packed) => zlib.gunzipSync(packed, { maxOutputLength: LARGEST_BATCH }),
  2: (packed) => unpackSnappy(packed, limited),
  3: (packed) => unpackLz4Frames(packed, limited),
  4: unzstd,
}
