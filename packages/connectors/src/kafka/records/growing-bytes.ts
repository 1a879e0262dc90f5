/** A buffer that is appended to, and that can copy from what was already written. */
export class GrowingBytes {
  length = 0
  readonly #check: (bytes: number) => number
  #bytes: Buffer

  /** `check` may throw when the result gets too long. */
  constructor(expected: number, check: (bytes: number) => number) {
    this.#check = check
    this.#bytes = Buffer.allocUnsafe(check(Math.max(expected, 64)))
  }

  append(source: Buffer, from: number, to: number): void {
    if (to > source.length) throw new RangeError('the data ends in the middle')
    this.reserve(to - from)
    source.copy(this.#bytes, this.length, from, to)
    this.length += to - from
  }

  /** Copies from `distance` bytes before the end; the source may overlap with what it writes. */
  repeat(distance: number, count: number): void {
    if (distance <= 0 || distance > this.length) throw new RangeError('a repetition begins before the data')
    this.reserve(count)
    if (distance >= count) this.#bytes.copyWithin(this.length, this.length - distance, this.length - distance + count)
    else for (let i = this.length; i < this.length + count; i += 1) this.#bytes[i] = this.#bytes[i - distance] as number
    this.length += count
  }

  done(): Buffer {
    return this.#bytes.subarray(0, this.length)
  }

  private reserve(more: number): void {
    const needed = this.#check(this.length + more)
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.length)
    this.#bytes = grown
  }
}
