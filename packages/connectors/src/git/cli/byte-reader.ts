import { Failure } from '@inlet/connector-sdk'

export interface ByteReader {
  /** Reads the bytes up to the next line feed, without it. */
  line(): Promise<string>
  /** Reads exactly that many bytes. */
  exactly(count: number): Promise<Buffer>
}

const MAX_LINE = 64 * 1024

/** Reads lines and blocks from a stream. Both methods throw UPSTREAM_INVALID when the stream ends too early. */
export const createByteReader = (stream: AsyncIterable<Buffer>): ByteReader => {
  const chunks = stream[Symbol.asyncIterator]()
  let buffer: Buffer = Buffer.alloc(0)
  const more = async (): Promise<void> => {
    const step = await chunks.next()
    if (step.done) throw new Failure('UPSTREAM_INVALID', 'git ended in the middle of an object')
    buffer = buffer.length === 0 ? step.value : Buffer.concat([buffer, step.value])
  }
  const take = (count: number): Buffer => {
    const bytes = buffer.subarray(0, count)
    buffer = buffer.subarray(count)
    return bytes
  }
  return {
    async line() {
      for (;;) {
        const end = buffer.indexOf(0x0a)
        if (end !== -1) return take(end + 1).toString('latin1', 0, end)
        if (buffer.length > MAX_LINE) throw new Failure('UPSTREAM_INVALID', 'git wrote an endless line')
        await more()
      }
    },
    async exactly(count) {
      if (buffer.length >= count) return take(count)
      const parts = [buffer]
      let missing = count - buffer.length
      buffer = Buffer.alloc(0)
      while (missing > 0) {
        await more()
        const part = take(missing)
        missing -= part.length
        parts.push(part)
      }
      return Buffer.concat(parts)
    },
  }
}
