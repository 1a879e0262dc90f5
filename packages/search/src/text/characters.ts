/** The classes of characters, for splitting a text into words. */
export const OTHER = 0
/** A letter or a digit, or a mark that belongs to one. */
export const WORD = 1
/** In a script that does not put spaces between words. */
export const UNSPACED = 2
/** Between the parts of an identifier, a path, a version, an address. */
export const CONNECTOR = 3
/** Half of a surrogate pair: the whole code point decides. */
const SURROGATE = 4
const UNKNOWN = 255

const LETTERS = /[\p{L}\p{N}\p{M}]/u
const NO_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々\uff66-\uff9f]/u
const CONNECTORS = new Set('._-@/\\:#+&=~\u2010\u2011'.split(''))

const classOf = (character: string): number => {
  if (NO_SPACES.test(character)) return UNSPACED
  if (LETTERS.test(character)) return WORD
  return CONNECTORS.has(character) ? CONNECTOR : OTHER
}

const known = new Uint8Array(0x1_0000).fill(UNKNOWN)

/** Returns the end of the run of characters of one class that begins here. */
export const runEnd = (text: string, from: number, kind: number): number => {
  let at = from
  while (at < text.length && ((known[text.charCodeAt(at)] ?? OTHER) === kind || characterClass(text, at) === kind)) at += 1
  return at
}

/** Returns the class of the character at this offset. */
export const characterClass = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  const found = known[code] ?? OTHER
  if (found === SURROGATE) return classOf(codePointAround(text, at))
  if (found !== UNKNOWN) return found
  const found2 = code >= 0xd8_00 && code <= 0xdf_ff ? SURROGATE : classOf(String.fromCharCode(code))
  known[code] = found2
  return found2 === SURROGATE ? characterClass(text, at) : found2
}

const codePointAround = (text: string, at: number): string => {
  const code = text.charCodeAt(at)
  return String.fromCodePoint(text.codePointAt(code >= 0xdc_00 ? at - 1 : at) ?? 0x20)
}

/** Counts the characters (code points) of a text. */
export const countCharacters = (text: string): number => {
  let count = text.length
  for (let at = 0; at < text.length; at += 1) if ((text.charCodeAt(at) & 0xfc_00) === 0xdc_00) count -= 1
  return count
}
