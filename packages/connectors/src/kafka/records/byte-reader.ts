/** Reads the integers of Kafka's protocol in sequence. Reading past the end throws a RangeError. */
export class ByteReader {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  int8(): number {
    return this.bytes.readInt8(this.move(1))
  }

  int16(): number {
    return this.bytes.readInt16BE(this.move(2))
  }

  int32(): number {
    return this.bytes.readInt32BE(this.move(4))
  }

  /** Offsets and times stay far below 2^53. */
  int64(): number {
    const at = this.move(8)
    return this.bytes.readInt32BE(at) * 4_294_967_296 + this.bytes.readUInt32BE(at + 4)
  }

  string(): string {
    const length = this.int16()
    return length < 0 ? '' : this.slice(length).toString('utf8')
  }

  /** Reads a zigzag varint. */
  varint(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.bytes.readUInt8(this.move(1))
      value += (byte & 0x7f) * factor
      if (byte < 0x80) break
      factor *= 128
      if (factor > 2 ** 63) throw new RangeError('a number has no end')
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Reads bytes preceded by their length as a varint; null for a negative length. */
  varBytes(): Buffer | null {
    const length = this.varint()
    return length < 0 ? null : this.slice(length)
  }

  slice(length: number): Buffer {
    if (length < 0 || length > this.left) throw new RangeError(`${length} bytes are announced, ${this.left} are left`)
    const at = this.move(length)
    return this.bytes.subarray(at, at + length)
  }

  private move(by: number): number {
    const { at } = this
    this.at += by
    return at
  }
}
