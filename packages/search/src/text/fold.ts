const ASCII = /^[ -~]*$/u
const ACCENTED = /[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff]/gu
const MARKS = /\p{M}/gu
/** Letters that Unicode does not decompose, or that readers type without their dots. */
const LETTERS = /[ßæœøđðłþıſёأإآىةـ\u064b-\u0652\u05b0-\u05c7]/gu
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ſ: 's',
  ё: 'е',
  أ: 'ا',
  إ: 'ا',
  آ: 'ا',
  ى: 'ي',
  ة: 'ه',
}

/**
 * Folds a word for comparison: lower case, compatibility forms unified (full-width letters, ligatures), accents of Latin and
 * Greek letters dropped. Marks of other scripts stay, because there they make different letters.
 */
export const foldWord = (word: string): string => {
  const plain = foldAscii(word)
  if (plain !== null) return plain
  const known = cache.get(word)
  if (known !== undefined) return known
  const folded = fold(word)
  if (cache.size >= MAX_CACHED) cache.clear()
  if (word.length <= MAX_CACHED_WORD) cache.set(toOwnText(word), folded)
  return folded
}

/** Returns null for a word with other characters. Faster than a cache lookup. */
const foldAscii = (word: string): string | null => {
  let isUpper = false
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at)
    if (code < 0x20 || code > 0x7e) return null
    if (code >= 0x41 && code <= 0x5a) isUpper = true
  }
  return isUpper ? word.toLowerCase() : word
}

/** Recently used words: those of a language repeat, and folding one costs more than everything else done with it. */
const cache = new Map<string, string>()
const MAX_CACHED = 100_000
const MAX_CACHED_WORD = 32

const fold = (word: string): string => {
  const lower = word.toLowerCase()
  if (ASCII.test(lower)) return lower
  return lower
    .normalize('NFKC')
    .toLowerCase()
    .replace(ACCENTED, (letter) => letter.normalize('NFD').replace(MARKS, ''))
    .replace(LETTERS, (letter) => PLAIN[letter] ?? '')
    .replaceAll('\u0307', '')
}

/** From this many characters on, a substring is a view of the whole text and keeps it in memory. */
const SHORTEST_VIEW = 13

/** Copies a word that may be kept longer than the text it was cut from. */
export const toOwnText = (word: string): string => (word.length < SHORTEST_VIEW ? word : Buffer.from(word, 'utf16le').toString('utf16le'))
