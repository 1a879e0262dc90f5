/** A term with more bytes of postings in a segment stands alone, so that rare terms beside it are read quickly. */
export const LARGE_TERM = 16_384
const BUCKET_BYTES = 4_096
const MAX_BITS = 18
const LARGE_SLOTS = 2 ** 32

/** 32 bits (FNV-1a). Terms are kept in the order of their hashes. */
export const hashTerm = (term: string): number => {
  let hash = 0x81_1c_9d_c5
  for (let at = 0; at < term.length; at += 1) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01_00_01_93)
  // The last steps mix the low bits into the high ones, which choose the bucket.
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c_1b_3c_6d)
  return (hash ^ (hash >>> 12)) >>> 0
}

/** How many bits of the hash choose the bucket in a segment of so many bytes. */
export const bucketBits = (bytes: number): number => Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(Math.max(1, bytes) / BUCKET_BYTES))))

/** The bucket of a term: ranges of hashes, so that segments can be merged in one pass. */
export const bucketSlot = (hash: number, bits: number): number => (bits === 0 ? 0 : hash >>> (32 - bits))

/** The slot of a term that stands alone. */
export const largeSlot = (hash: number): number => LARGE_SLOTS + hash

export const isLargeSlot = (slot: number): boolean => slot >= LARGE_SLOTS
