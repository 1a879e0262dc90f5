import { isAscii } from 'node:buffer'
import { getDecoder } from 'iconv-lite'
import { detectEncoding } from './detect-encoding.js'

export interface TextDecoding {
  write(bytes: Buffer): string
  end(): string
  /** The encoding so far; `ascii` as long as nothing else was met. */
  encoding(): string
  /** Whether bytes were met that the encoding does not know; U+FFFD stands in their place. */
  damaged(): boolean
}

/**
 * Decodes text in pieces and drops a byte order mark. With `auto` the encoding is decided at the first bytes beyond
 * ASCII, however late they come: a sample of the start would say nothing about a file whose first accent is on line 10,000.
 */
export const createDecoding = (named: string): TextDecoding => {
  let encoding = named === 'auto' ? 'ascii' : named.toLowerCase()
  let decided = named !== 'auto'
  let decoder = decided ? getDecoder(encoding) : undefined
  let first = true
  let damaged = false

  const write = (bytes: Buffer): string => {
    if (!decided && (first || !isAscii(bytes))) {
      encoding = detectEncoding(bytes)
      decided = encoding !== 'ascii'
      if (decided) decoder = getDecoder(encoding)
    }
    first = false
    if (decoder === undefined) return bytes.toString('latin1')
    return check(decoder.write(bytes))
  }
  const check = (text: string): string => {
    if (!damaged && text.includes('\ufffd')) damaged = true
    return text
  }

  return { write, end: () => check(decoder?.end() ?? ''), encoding: () => encoding, damaged: () => damaged }
}
