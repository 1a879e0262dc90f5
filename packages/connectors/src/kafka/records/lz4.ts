import { GrowingBytes } from './growing-bytes.js'

const MAGIC = 0x184d2204
const UNCOMPRESSED = 0x80000000

/** Decompresses LZ4 frames as producers write them (checksums are ignored: TCP has its own). Throws RangeError on corrupt data. */
export const unpackLz4Frames = (packed: Buffer, check: (bytes: number) => number): Buffer => {
  const out = new GrowingBytes(packed.length * 4, check)
  let at = 0
  while (at < packed.length) {
    if (packed.readUInt32LE(at) !== MAGIC) throw new RangeError('not an LZ4 frame')
    const flags = packed.readUInt8(at + 4)
    // Magic, flags, block descriptor, then size and dictionary where announced, and one byte of checksum.
    at += 6 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4) + 1
    for (;;) {
      const size = packed.readUInt32LE(at)
      at += 4
      if (size === 0) break
      const length = size % UNCOMPRESSED
      if (size >= UNCOMPRESSED) out.append(packed, at, at + length)
      else unpackBlock(packed.subarray(at, at + length), out)
      at += length + ((flags & 0x10) === 0 ? 0 : 4)
    }
    at += (flags & 0x04) === 0 ? 0 : 4
  }
  return out.done()
}

const unpackBlock = (block: Buffer, out: GrowingBytes): void => {
  let at = 0
  const extended = (length: number): number => {
    if (length < 15) return length
    let total = length
    for (let byte = 255; byte === 255; ) {
      byte = block.readUInt8(at++)
      total += byte
    }
    return total
  }
  while (at < block.length) {
    const token = block.readUInt8(at++)
    const literals = extended(token >> 4)
    out.append(block, at, at + literals)
    at += literals
    if (at >= block.length) return
    const distance = block.readUInt16LE(at)
    at += 2
    out.repeat(distance, extended(token & 15) + 4)
  }
}
