import { isAscii, isUtf8 } from 'node:buffer'
import { analyse } from 'chardet'
import { encodingExists } from 'iconv-lite'

const BOMS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
const CHARDET_BYTES = 16 * 1024

/**
 * The encoding of a sample from the start of a text, or of its first bytes beyond ASCII: byte order mark, then valid
 * UTF-8, then UTF-16 by its zeros, then what chardet holds likely. `ascii` when the sample leaves it open.
 */
export const detectEncoding = (sample: Buffer): string => {
  const marked = BOMS.find(([, bytes]) => bytes.every((byte, index) => sample[index] === byte))
  if (marked !== undefined) return marked[0]
  const wide = detectUtf16(sample)
  if (wide !== null) return wide
  if (isAscii(sample)) return 'ascii'
  if (isUtf8(sample)) return 'utf-8'
  const whole = withoutCutCharacter(sample)
  // One odd byte at the very end is a cut character of a long text, but the last letter of a short one.
  const cut = isUtf8(whole) && (!isAscii(whole) || sample.length >= CHARDET_BYTES)
  return cut ? 'utf-8' : guess(sample)
}

/** Latin text in UTF-16 has a zero in almost every second byte, always on the same side. */
const detectUtf16 = (sample: Buffer): string | null => {
  const pairs = Math.min(sample.length, 4096) >> 1
  if (pairs < 2) return null
  let even = 0
  let odd = 0
  for (let pair = 0; pair < pairs; pair++) {
    if (sample[pair * 2] === 0) even++
    if (sample[pair * 2 + 1] === 0) odd++
  }
  if (odd > pairs * 0.4 && even < pairs * 0.02) return 'utf-16le'
  return even > pairs * 0.4 && odd < pairs * 0.02 ? 'utf-16be' : null
}

/** A sample may end inside of a character of UTF-8. */
const withoutCutCharacter = (sample: Buffer): Buffer => {
  for (let back = 1; back <= Math.min(3, sample.length); back++) {
    const byte = sample[sample.length - back] ?? 0
    if (byte >= 0xc0) return sample.subarray(0, sample.length - back)
    if (byte < 0x80) break
  }
  return sample
}

const guess = (sample: Buffer): string => {
  // From the first byte that tells something: a long run of ASCII would only dilute the statistics.
  const first = sample.findIndex((byte) => byte >= 0x80)
  const from = Math.max(0, first - 512)
  const likely = analyse(sample.subarray(from, from + CHARDET_BYTES)).filter(({ name }) => encodingExists(name) && !/^utf/i.test(name))
  const best = likely[0]
  const western = likely.find(({ name }) => /^(?:ISO-8859-1|windows-1252)$/i.test(name))
  if (best === undefined || best.confidence < 25 || (western !== undefined && western.confidence >= best.confidence - 10)) return 'windows-1252'
  return best.name.toLowerCase()
}
