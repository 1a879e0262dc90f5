/** A buffer that grows as it is written: single bytes, and whole numbers of seven bits a byte, lowest first. */
export interface ByteWriter {
  byte(value: number): void
  /** Writes a whole number up to 2^53. */
  number(value: number): void
  bytes(value: Uint8Array): void
  /** Writes a range of a larger buffer. */
  range(source: Uint8Array, from: number, to: number): void
  /** Writes a text preceded by its length if it is pure ASCII; otherwise writes nothing and returns false. */
  shortText(text: string): boolean
  /** Discards what was written beyond this length. */
  cut(length: number): void
  readonly length: number
  /** What was written; valid until the next write. */
  view(): Uint8Array
}

export const createByteWriter = (capacity = 16): ByteWriter => {
  let buffer = new Uint8Array(capacity)
  let length = 0
  const reserve = (more: number): void => {
    if (length + more <= buffer.length) return
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + more))
    larger.set(buffer)
    buffer = larger
  }
  return {
    byte(value) {
      reserve(1)
      buffer[length++] = value
    },
    number(value) {
      reserve(8)
      let rest = value
      while (rest > 0x7f_ff_ff_ff) {
        buffer[length++] = (rest % 128) | 128
        rest = Math.floor(rest / 128)
      }
      while (rest > 127) {
        buffer[length++] = (rest & 127) | 128
        rest >>>= 7
      }
      buffer[length++] = rest
    },
    bytes(value) {
      reserve(value.length)
      buffer.set(value, length)
      length += value.length
    },
    range(source, from, to) {
      reserve(to - from)
      // Usually a few bytes, for which a view would cost more.
      if (to - from > 32) buffer.set(source.subarray(from, to), length)
      else for (let n = from; n < to; n += 1) buffer[length + n - from] = source[n] ?? 0
      length += to - from
    },
    shortText(text) {
      if (text.length > 127) return false
      reserve(text.length + 1)
      for (let n = 0; n < text.length; n += 1) {
        const code = text.charCodeAt(n)
        if (code > 127) return false
        buffer[length + 1 + n] = code
      }
      buffer[length] = text.length
      length += text.length + 1
      return true
    },
    cut(to) {
      length = to
    },
    get length() {
      return length
    },
    view: () => buffer.subarray(0, length),
  }
}

/** Reads what a ByteWriter wrote. `at` advances; reading beyond the end yields zeros. */
export class ByteReader {
  at: number
  private readonly data: Uint8Array

  constructor(data: Uint8Array, at = 0) {
    this.data = data
    this.at = at
  }

  get done(): boolean {
    return this.at >= this.data.length
  }

  byte(): number {
    return this.data[this.at++] ?? 0
  }

  number(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.data[this.at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
  }

  slice(length: number): Uint8Array {
    const part = this.data.subarray(this.at, this.at + length)
    this.at += length
    return part
  }
}
