import { GrowingBytes } from './growing-bytes.js'

/** The header of snappy-java, which Java producers write: this, two versions, then blocks preceded by their length. */
const FRAMED = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const HEADER_BYTES = 16

/** Decompresses Snappy, framed by snappy-java or bare. Throws RangeError on corrupt data. */
export const unpackSnappy = (packed: Buffer, check: (bytes: number) => number): Buffer => {
  const out = new GrowingBytes(packed.length * 2, check)
  if (!packed.subarray(0, FRAMED.length).equals(FRAMED)) unpackBlock(packed, out)
  else
    for (let at = HEADER_BYTES; at < packed.length; ) {
      const end = at + 4 + packed.readUInt32BE(at)
      unpackBlock(packed.subarray(at + 4, end), out)
      at = end
    }
  return out.done()
}

const unpackBlock = (block: Buffer, out: GrowingBytes): void => {
  let at = 0
  // Skips the length of the result, since the buffer grows on its own.
  while (block.readUInt8(at++) >= 0x80);
  const start = out.length
  while (at < block.length) {
    const tag = block.readUInt8(at++)
    const kind = tag & 3
    if (kind === 0) {
      let length = tag >> 2
      if (length >= 60) {
        const bytes = length - 59
        length = block.readUIntLE(at, bytes)
        at += bytes
      }
      out.append(block, at, at + length + 1)
      at += length + 1
      continue
    }
    const [length, distance, bytes] = copyOf(block, at, tag)
    if (distance > out.length - start) throw new RangeError('a repetition begins before the block')
    out.repeat(distance, length)
    at += bytes
  }
}

/** Returns length, distance, and how many bytes encoded them. */
const copyOf = (block: Buffer, at: number, tag: number): readonly [number, number, number] => {
  const kind = tag & 3
  if (kind === 1) return [((tag >> 2) & 7) + 4, ((tag >> 5) << 8) | block.readUInt8(at), 1]
  if (kind === 2) return [(tag >> 2) + 1, block.readUInt16LE(at), 2]
  return [(tag >> 2) + 1, block.readUInt32LE(at), 4]
}
