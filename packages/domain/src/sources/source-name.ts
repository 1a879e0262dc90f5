import { Failure } from '../errors/failure.js'

/** Returns the form in which names are compared: NFC, trimmed, white space collapsed, lower case. */
export const nameKey = (name: string): string => name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()

/**
 * Returns a source name in its stored form. Throws VALIDATION_FAILED for blank or too long names (over 255 characters) and for invisible characters.
 */
export const parseSourceName = (name: string): string => {
  const trimmed = name.normalize('NFC').trim()
  if (trimmed === '' || trimmed.length > 255) throw new Failure('VALIDATION_FAILED', 'a name has 1 to 255 characters', { field: 'name' })
  const invisible = findInvisible(trimmed)
  if (invisible !== null)
    throw new Failure('VALIDATION_FAILED', `a name has no invisible or direction-changing characters such as ${invisible}`, { field: 'name' })
  return trimmed
}

/** Returns a slug for a name: lower-case ASCII letters, digits and dashes, at most 63 characters; "source" when nothing is left. */
export const slugify = (name: string): string => {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '')
  return slug === '' ? 'source' : slug
}

/** Emoji, which may be combined by joiners, selectors and tags; keycaps; flags of regions. */
const EMOJI =
  /\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f}|[0-9#*]\ufe0f\u20e3|\p{Extended_Pictographic}[\ufe0e\ufe0f]?\p{Emoji_Modifier}?(?:\u200d\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?)*/gu

/** Scripts in whose spelling joiners and selectors occur: Persian, the scripts of India, Mongolian, variants of ideographs. */
const SPELLING =
  /(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}])[\u200c\u200d](?=\p{L})|(?<=\p{Script=Mongolian})[\u180b-\u180f]|(?<=\p{Ideographic})[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu

const INVISIBLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\ufff9-\ufffb]/u

/**
 * Returns the first character of a name that is invisible or changes the direction of what follows, as `U+202E`; null when there is none. Two names
 * that look the same could differ by it, and one could look like another (Unicode Technical Report 36). Emoji and spellings that need joiners are
 * allowed.
 */
export const findInvisible = (text: string): string | null => {
  const found = INVISIBLE.exec(text.replace(EMOJI, '').replace(SPELLING, ''))?.[0]
  return found === undefined ? null : `U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
