// A posting stores in one byte how often its term occurs in title and text, and in another the length of the document.
// Lengths are accurate to within a few percent: smaller differences do not matter to BM25.
const TITLE_BITS = 3
export const MAX_TITLE = (1 << TITLE_BITS) - 1
const MAX_TEXT = 31
const LENGTH_STEP = Math.log(1.055)

/** What one more occurrence adds to a count. */
export const IN_TEXT = 1 << TITLE_BITS
export const IN_TITLE = 1

export const titleCount = (count: number): number => count & MAX_TITLE
export const textCount = (count: number): number => count >>> TITLE_BITS

/** Packs a count into one byte; counts in the text are capped at 31. */
export const packCount = (count: number): number => (Math.min(textCount(count), MAX_TEXT) << TITLE_BITS) | titleCount(count)

/** Packs the length of a document in words into one byte: exact up to 18, then within three percent, at most about a million. */
export const packLength = (length: number): number => (length <= 18 ? length : Math.min(255, 18 + Math.round(Math.log(length / 18) / LENGTH_STEP)))

/** The length that each byte stands for. */
export const LENGTHS: Float64Array = Float64Array.from({ length: 256 }, (_, packed) =>
  packed <= 18 ? packed : 18 * Math.exp((packed - 18) * LENGTH_STEP),
)
