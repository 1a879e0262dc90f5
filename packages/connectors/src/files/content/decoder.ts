import { isAscii } from 'node:buffer'
import { getDecoder } from 'iconv-lite'
import { isMostlyUtf8, utf8Evidence } from '../../parsing/encoding/utf8-evidence.js'
import { type DetectedEncoding, detectEncoding } from './detect-encoding.js'

export interface TextDecoding {
  write(bytes: Buffer): string
  end(): string
  /** Returns the encoding so far; `ascii` as long as nothing else was seen. */
  encoding(): string
  /** How certain the encoding is, from 0 to 1; 1 unless it was guessed. */
  certainty(): number
  /** Whether there were bytes that are invalid in the encoding; U+FFFD replaces them. */
  damaged(): boolean
}

/**
 * Decodes text in pieces and drops a byte order mark. With `auto`, the encoding is decided at the first bytes beyond
 * ASCII, however late they come: a sample of the start would say nothing about a file whose first accent is on line 10,000.
 * A guess from a few bytes gives way to UTF-8 if later pieces prove it: a single damaged byte must not change the rest.
 */
export const createDecoding = (named: string): TextDecoding => {
  let detected: DetectedEncoding = { encoding: named === 'auto' ? 'ascii' : named.toLowerCase(), certainty: 1, tentative: false }
  let decided = named !== 'auto'
  let decoder = decided ? getDecoder(detected.encoding) : undefined
  let first = true
  let damaged = false

  const decide = (found: DetectedEncoding): void => {
    detected = found
    decided = found.encoding !== 'ascii'
    if (decided) decoder = getDecoder(found.encoding)
  }
  const write = (bytes: Buffer): string => {
    if (!decided && (first || !isAscii(bytes))) decide(detectEncoding(bytes))
    else if (detected.tentative && !isAscii(bytes)) reconsider(bytes)
    first = false
    if (decoder === undefined) return bytes.toString('latin1')
    return check(decoder.write(bytes))
  }
  const reconsider = (bytes: Buffer): void => {
    const evidence = utf8Evidence(bytes)
    if (evidence.valid + evidence.invalid === 0) return
    damaged ||= isMostlyUtf8(evidence)
    if (isMostlyUtf8(evidence)) decide({ encoding: 'utf-8', certainty: 1, tentative: false })
    else detected = { ...detected, tentative: false }
  }
  const check = (text: string): string => {
    if (!damaged && text.includes('\ufffd')) damaged = true
    return text
  }

  return {
    write,
    end: () => check(decoder?.end() ?? ''),
    encoding: () => detected.encoding,
    certainty: () => detected.certainty,
    damaged: () => damaged,
  }
}
