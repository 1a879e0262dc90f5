import iconv from 'iconv-lite'
import { LETTER_MODELS, type LetterModel, PAIR_MODELS, type PairModel } from './letter-models.js'

export interface EncodingGuess {
  readonly encoding: string
  /** From 0 to 1: how much likelier it is than the next best. */
  readonly certainty: number
}

/** How many bytes are examined; with more of them, the statistics of a detector are better. */
const MAX_BYTES = 4_096

/**
 * Guesses the encoding of a short text that is not UTF-8 by a letter model of each: which letters its
 * bytes would be, whether words would mix scripts, and where capitals would occur. Detectors that
 * count pairs of letters need some hundred of them. Null without bytes beyond ASCII. Pure.
 */
export const guessShort = (bytes: Buffer, models: readonly LetterModel[] = LETTER_MODELS): EncodingGuess | null => {
  const sample = bytes.subarray(0, MAX_BYTES)
  if (!sample.some((byte) => byte >= 0x80)) return null
  const scores = [
    ...models.map((model) => ({ encoding: model.encoding, score: model.prior + scoreLetters(sample, model) })),
    ...PAIR_MODELS.map((model) => ({ encoding: model.encoding, score: model.prior + scorePairs(sample, model) })),
  ].sort((a, b) => b.score - a.score)
  const [best] = scores
  if (best === undefined || best.score === Number.NEGATIVE_INFINITY) return null
  // Encodings that yield the same text raise no doubt.
  const text = iconv.decode(sample, best.encoding)
  const next = scores.find(({ encoding }) => iconv.decode(sample, encoding) !== text)
  return { encoding: best.encoding, certainty: next === undefined ? 1 : 1 / (1 + Math.exp(next.score - best.score)) }
}

const LETTER_SHARE = 0.12
const FALL = 0.92
const RARE_LETTER = Math.log(0.0005)
const SYMBOL = Math.log(0.004)
const NO_TEXT = Math.log(1e-7)
const WRONG_CASE = Math.log(0.02)
const CAPITAL = Math.log(0.2)
const CAPITAL_AGAIN = Math.log(0.6)
/** In a text of Latin letters, a byte beyond ASCII is rare, and rarely next to another one. */
const HIGH_IN_LATIN = Math.log(0.2)
const HIGH_BESIDE_HIGH = Math.log(0.15)
const MIXED_WORD = Math.log(0.001)
const WITHIN_WORD = Math.log(0.02)
const CUT = Math.log(0.05)

const scoreLetters = (bytes: Buffer, { encoding, letters, mixed }: LetterModel): number => {
  const text = iconv.decode(bytes, encoding)
  let score = 0
  for (let at = 0; at < text.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x80) continue
    const char = text[at] ?? ''
    const before = text[at - 1] ?? ''
    score += scoreChar(char, letters)
    if (!isLetter(char)) continue
    const highBefore = (bytes[at - 1] ?? 0) >= 0x80 && isLetter(before)
    if (isCapital(char)) score += !isLetter(before) ? CAPITAL : isCapital(before) ? CAPITAL_AGAIN : WRONG_CASE
    if (mixed) score += HIGH_IN_LATIN + (highBefore ? HIGH_BESIDE_HIGH : 0)
    else if (/[a-z]/i.test(before) || /[a-z]/i.test(text[at + 1] ?? '')) score += MIXED_WORD
  }
  return score
}

const scoreChar = (char: string, letters: string): number => {
  const rank = letters.indexOf(char.toLowerCase())
  if (rank >= 0) return Math.log(LETTER_SHARE * FALL ** rank)
  if (isLetter(char)) return RARE_LETTER
  return /[\u00a0«»–—“”„’€°§№·]/.test(char) ? SYMBOL : /\p{C}|\ufffd/u.test(char) ? NO_TEXT : SYMBOL + RARE_LETTER / 2
}

const isAsciiLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a

const isLetter = (char: string): boolean => /\p{L}|\p{M}/u.test(char)
const isCapital = (char: string): boolean => char !== char.toLowerCase()

/** Minus infinity if the bytes are not text of the encoding; the end may cut a character. */
const scorePairs = (bytes: Buffer, { ranges, isTrail, singles }: PairModel): number => {
  let score = 0
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) continue
    if (singles !== undefined && lead >= singles.from && lead <= singles.to) {
      score += Math.log(singles.share / (singles.to - singles.from + 1))
      continue
    }
    const trail = bytes[at + 1]
    if (trail === undefined) return score + CUT
    const range = ranges.find(({ from, to }) => lead >= from && lead <= to)
    if (range === undefined || !isTrail(trail)) return Number.NEGATIVE_INFINITY
    score += Math.log(range.share / range.chars)
    // Half of a pair would be the beginning of a Latin word.
    if (isAsciiLetter(trail) && isAsciiLetter(bytes[at + 2] ?? 0)) score += MIXED_WORD
    if (isAsciiLetter(bytes[at - 1] ?? 0) && isAsciiLetter(bytes[at + 2] ?? 0)) score += WITHIN_WORD
    at++
  }
  return score
}
