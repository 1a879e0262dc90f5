import { isAscii } from 'node:buffer'
import { analyse } from 'chardet'
import { encodingExists } from 'iconv-lite'
import { detectUtf16 } from '../../parsing/encoding/detect-utf16.js'
import { guessShort } from '../../parsing/encoding/guess-short.js'
import { isMostlyUtf8, utf8Evidence } from '../../parsing/encoding/utf8-evidence.js'
import { declaredCharset } from '../../parsing/html/decode.js'

export interface DetectedEncoding {
  /** `ascii` when the sample leaves it open. */
  readonly encoding: string
  /** From 0 to 1; 1 when the bytes themselves prove it. */
  readonly certainty: number
  /** Whether later bytes may still show that it is UTF-8, because too little was seen. */
  readonly tentative: boolean
}

const BOMS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
const CHARDET_BYTES = 16 * 1024
/** From this many bytes beyond ASCII, the statistics of chardet are better than a model of letters. */
const MANY = 256
const FEW = 32
const MIN_CONFIDENCE = 50
/** A guess stays a guess. */
const MOST_CERTAIN = 0.99

const certain = (encoding: string): DetectedEncoding => ({ encoding, certainty: 1, tentative: false })

/**
 * Detects the encoding of a sample from the start of a text, or from its first bytes beyond ASCII: by byte order mark, then UTF-16 by its zeros, then
 * UTF-8, of which a few bytes may be damaged, then what HTML or XML declares, then what is likely.
 */
export const detectEncoding = (sample: Buffer): DetectedEncoding => {
  const marked = BOMS.find(([, bytes]) => bytes.every((byte, index) => sample[index] === byte))
  if (marked !== undefined) return certain(marked[0])
  const wide = detectUtf16(sample)
  if (wide !== null) return certain(wide)
  if (isAscii(sample)) return certain('ascii')
  const evidence = utf8Evidence(sample)
  if (isMostlyUtf8(evidence)) return certain('utf-8')
  // One odd byte at the very end is a truncated character in a long text, but the last letter of a short one.
  if (evidence.valid === 0 && evidence.invalid === 0 && sample.length >= CHARDET_BYTES) return certain('utf-8')
  // Only markup makes declarations; a table may quote one.
  const declared = sample.toString('latin1', 0, 200).trimStart().startsWith('<') ? declaredCharset(sample) : undefined
  return declared === undefined || declared === 'utf-8' ? guess(sample) : certain(declared)
}

const guess = (sample: Buffer): DetectedEncoding => {
  // From the first byte outside ASCII: a long run of ASCII would only dilute the statistics.
  const first = sample.findIndex((byte) => byte >= 0x80)
  const section = sample.subarray(Math.max(0, first - 512)).subarray(0, CHARDET_BYTES)
  const high = section.reduce((count, byte) => (byte >= 0x80 ? count + 1 : count), 0)
  const counted = high >= MANY ? guessByPairs(section) : null
  const { encoding, certainty } = counted ?? guessShort(section) ?? { encoding: 'windows-1252', certainty: 0 }
  return { encoding, certainty: Math.min(certainty, MOST_CERTAIN), tentative: high < FEW }
}

const guessByPairs = (sample: Buffer): { readonly encoding: string; readonly certainty: number } | null => {
  const likely = analyse(sample).filter(({ name }) => encodingExists(name) && !/^utf/i.test(name))
  const best = likely[0]
  if (best === undefined || best.confidence < MIN_CONFIDENCE) return null
  const western = likely.find(({ name }) => /^(?:ISO-8859-1|windows-1252)$/i.test(name))
  if (western !== undefined && western.confidence >= best.confidence - 10)
    return { encoding: 'windows-1252', certainty: toCertainty(western.confidence) }
  return { encoding: best.name.toLowerCase(), certainty: toCertainty(best.confidence) }
}

/** With this much text, what chardet calls 50 % is all but certain. */
const toCertainty = (confidence: number): number => 0.9 + confidence / 1_000
