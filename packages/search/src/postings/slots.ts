import { type ByteWriter, createByteWriter } from './bytes.js'

/** A term with more bytes of postings in a segment stands alone, so that rare terms beside it are read quickly. */
const LARGE_TERM = 16_384
const BUCKET_BYTES = 4_096
const MAX_BITS = 18
const LARGE_SLOTS = 2 ** 32

/** 32 bits (FNV-1a). Terms are kept in the order of their hashes. */
export const hashTerm = (term: string): number => {
  let hash = FIRST
  for (let at = 0; at < term.length; at += 1) hash = Math.imul(hash ^ term.charCodeAt(at), PRIME)
  return mix(hash)
}

const decoder = new TextDecoder()

/** The same of a term as it stands in a slot. */
export const hashName = (source: Uint8Array, from: number, to: number): number => {
  let hash = FIRST
  for (let at = from; at < to; at += 1) {
    const byte = source[at] ?? 0
    if (byte > 0x7f) return hashTerm(decoder.decode(source.subarray(from, to)))
    hash = Math.imul(hash ^ byte, PRIME)
  }
  return mix(hash)
}

const FIRST = 0x81_1c_9d_c5
const PRIME = 0x01_00_01_93

/** The low bits go into the high ones, which choose the bucket. */
const mix = (hash: number): number => {
  const low = Math.imul(hash ^ (hash >>> 15), 0x2c_1b_3c_6d)
  return (low ^ (low >>> 12)) >>> 0
}

/** How many bits of the hash choose the bucket in a segment of so many bytes. */
export const bucketBits = (bytes: number): number => Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(Math.max(1, bytes) / BUCKET_BYTES))))

/** The bucket of a term: ranges of hashes, so that segments can be merged in one pass. */
export const bucketSlot = (hash: number, bits: number): number => (bits === 0 ? 0 : hash >>> (32 - bits))

/** The slot of a term that stands alone. */
export const largeSlot = (hash: number): number => LARGE_SLOTS + hash

export const isLargeSlot = (slot: number): boolean => slot >= LARGE_SLOTS

/** Terms that are read together. */
export interface Slot {
  readonly slot: number
  readonly data: Uint8Array
}

/** Puts terms into the slots of a segment. */
export const createSlots = (bits: number): { of(hash: number, bytes: number): ByteWriter; all(): readonly Slot[] } => {
  const writers = new Map<number, ByteWriter>()
  return {
    /** Where a term with this hash and so many bytes of postings belongs. */
    of(hash, bytes) {
      const slot = bytes > LARGE_TERM ? largeSlot(hash) : bucketSlot(hash, bits)
      let writer = writers.get(slot)
      if (writer === undefined) {
        writer = createByteWriter(256)
        writers.set(slot, writer)
      }
      return writer
    },
    all: () => [...writers].map(([slot, writer]) => ({ slot, data: writer.view() })),
  }
}
