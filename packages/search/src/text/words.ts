import { CONNECTOR, characterClass, runEnd, UNSPACED, WORD } from './characters.js'
import { foldWord } from './fold.js'
import { segmentUnspaced } from './unspaced.js'

/** A word at one position of a text; there may be several for the same position. */
export interface Word {
  /** Folded. */
  readonly text: string
  /** Offsets in the text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /**
   * `word`: counts for the length of a text and for phrases. `part`: of an identifier in camel case, or a pair of characters.
   * `whole`: an identifier, path, version or address, in addition to its parts.
   */
  readonly kind: 'word' | 'part' | 'whole'
}

/** Longer runs of characters are not words that anyone types; usually they are encoded data. */
const MAX_WORD = 64
const MAX_WHOLE = 200
const MAX_PARTS = 24
const NUMERIC = /^[\d.:,/+-]+$/u
const CAMEL = /\p{Ll}\p{Lu}/u
const HUMPS = /\p{Lu}+(?!\p{Ll})\p{N}*|\p{Lu}?[\p{Ll}\p{M}]+\p{N}*|\p{N}+/gu

/** Returns the words of a text in order. */
export const wordsOf = (text: string): readonly Word[] => {
  const words: Word[] = []
  for (let at = 0; at < text.length; ) {
    const kind = characterClass(text, at)
    if (kind === WORD) at = readCompound(text, at, words)
    else if (kind === UNSPACED) at = readUnspaced(text, at, words)
    else at += 1
  }
  return words
}

/** Reads words joined by single connectors, such as `user@example.org`, `src/main.ts`, `v1.2.3`, `cell-cycle`. */
const readCompound = (text: string, from: number, words: Word[]): number => {
  const starts: number[] = []
  const ends: number[] = []
  let at = from
  for (;;) {
    starts.push(at)
    at = runEnd(text, at, WORD)
    ends.push(at)
    if (at + 1 >= text.length || characterClass(text, at) !== CONNECTOR || characterClass(text, at + 1) !== WORD) break
    at += 1
  }
  if (starts.length > 1 && at - from <= MAX_WHOLE) {
    const whole = text.slice(from, at)
    if (NUMERIC.test(whole)) {
      words.push({ text: whole, start: from, end: at, kind: 'word' })
      return at
    }
    words.push({ text: foldWord(whole), start: from, end: at, kind: 'whole' })
    pushTail(text, { from, at }, words)
  }
  for (let n = 0; n < Math.min(starts.length, MAX_PARTS); n += 1) pushWord(text, starts[n] ?? from, ends[n] ?? at, words)
  return at
}

/** Adds the file name of a path, and what follows the `@` of an address, because people search for these alone. */
const pushTail = (text: string, { from, at }: { readonly from: number; readonly at: number }, words: Word[]): void => {
  const cut = Math.max(text.lastIndexOf('/', at - 1), text.lastIndexOf('\\', at - 1), text.lastIndexOf('@', at - 1))
  if (cut <= from) return
  const tail = text.slice(cut + 1, at)
  if (/[._\-:#]/u.test(tail)) words.push({ text: foldWord(tail), start: cut + 1, end: at, kind: 'whole' })
}

const pushWord = (text: string, start: number, end: number, words: Word[]): void => {
  if (end - start > MAX_WORD) return
  const own = text.slice(start, end)
  const folded = foldWord(own)
  words.push({ text: folded, start, end, kind: 'word' })
  if (folded === own || !CAMEL.test(own)) return
  for (const { 0: hump, index } of own.matchAll(HUMPS))
    if (hump.length > 1) words.push({ text: foldWord(hump), start: start + index, end: start + index + hump.length, kind: 'part' })
}

const readUnspaced = (text: string, from: number, words: Word[]): number => {
  const end = runEnd(text, from, UNSPACED)
  const { run, places } = widen(text.slice(from, end))
  const placeOf = (at: number): number => from + (places?.[at] ?? at)
  for (const { word, offset, pair } of segmentUnspaced(run))
    words.push({ text: foldWord(word), start: placeOf(offset), end: placeOf(offset + word.length), kind: pair ? 'part' : 'word' })
  return end
}

const HALF_WIDTH = /[\uff66-\uff9f]/u
/** A half-width letter with its voice mark is one full-width letter. */
const LETTER = /[\uff66-\uff9d][\uff9e\uff9f]?|[^]/gu

/** Converts Japanese to full-width letters, as in dictionaries; `places` maps them to their original offsets, null when nothing moved. */
const widen = (run: string): { readonly run: string; readonly places: readonly number[] | null } => {
  if (!HALF_WIDTH.test(run)) return { run, places: null }
  const places: number[] = []
  let wide = ''
  for (const { 0: letter, index } of run.matchAll(LETTER)) {
    const one = letter.normalize('NFKC')
    for (let n = 0; n < one.length; n += 1) places.push(index + Math.min(n, letter.length - 1))
    wide += one
  }
  return { run: wide, places: [...places, run.length] }
}
