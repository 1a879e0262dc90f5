/** How many of the smallest hashes stand for the words of a text. */
const SIZE = 16
const TOKEN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]{2}|[\p{L}\p{N}]+/gu

/**
 * Summarizes a page in at most 92 characters, so that it can be compared with another one it may duplicate or be part of: its title, and the
 * smallest hashes of its words (bottom-k sampling, Broder 1997).
 */
export const sketchOf = ({ title = '', markdown }: { readonly title?: string; readonly markdown: string }): string => {
  const words = markdown.toLowerCase().match(TOKEN) ?? []
  const smallest = Uint32Array.from(new Set(words.map(hashOf)))
    .sort()
    .subarray(0, SIZE)
  const name = (title.toLowerCase().match(TOKEN) ?? []).join(' ')
  const bytes = Buffer.alloc(4 + smallest.length * 4)
  bytes.writeUInt32BE(name === '' ? 0 : hashOf(name))
  for (const [index, hash] of smallest.entries()) bytes.writeUInt32BE(hash, 4 + index * 4)
  return bytes.toString('base64url')
}

/** Whether two pages have the same title; true if one of them has none. */
export const sameTitle = (sketch: string, other: string): boolean => {
  const [own, others] = [hashesOf(sketch)[0], hashesOf(other)[0]]
  return own === others || own === 0 || others === 0
}

/** Estimates the share of a page's words that another page contains; null if that cannot be known because one is far longer. */
export const shareIn = (sketch: string, other: string): number | null => {
  const own = hashesOf(sketch).slice(1)
  const others = hashesOf(other).slice(1)
  if (own.length === 0) return 1
  const limit = others.length < SIZE ? Number.POSITIVE_INFINITY : (others.at(-1) ?? 0)
  const comparable = own.filter((hash) => hash <= limit)
  if (comparable.length < Math.min(2, own.length)) return null
  const known = new Set(others)
  return comparable.filter((hash) => known.has(hash)).length / comparable.length
}

const hashesOf = (sketch: string): readonly number[] => {
  const bytes = Buffer.from(sketch, 'base64url')
  return Array.from({ length: bytes.length >> 2 }, (_none, index) => bytes.readUInt32BE(index * 4))
}

/** FNV-1a with a final mix, so that its smallest values are spread. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
