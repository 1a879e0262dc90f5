import { type ByteWriter, createByteWriter } from './bytes.js'

/** A term with more bytes of postings in a segment gets a slot of its own, so that the rare terms next to it are read quickly. */
const LARGE_TERM = 16_384
const BUCKET_BYTES = 4_096
const MAX_BITS = 18
const LARGE_SLOTS = 2 ** 32

/** Hashes a term to 32 bits (FNV-1a). Terms are stored in the order of their hashes. */
export const hashTerm = (term: string): number => {
  let hash = FIRST
  for (let at = 0; at < term.length; at += 1) hash = Math.imul(hash ^ term.charCodeAt(at), PRIME)
  return mix(hash)
}

const decoder = new TextDecoder()

/** Like `hashTerm`, for a term as stored in a slot. */
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

/** Mixes the low bits into the high ones, which choose the bucket. */
const mix = (hash: number): number => {
  const low = Math.imul(hash ^ (hash >>> 15), 0x2c_1b_3c_6d)
  return (low ^ (low >>> 12)) >>> 0
}

/** Returns how many bits of the hash choose the bucket in a segment of this many bytes. */
export const bucketBits = (bytes: number): number => Math.min(MAX_BITS, Math.max(0, Math.ceil(Math.log2(Math.max(1, bytes) / BUCKET_BYTES))))

/** Returns the bucket of a term: a range of hashes, so that segments can be merged in one pass. */
export const bucketSlot = (hash: number, bits: number): number => (bits === 0 ? 0 : hash >>> (32 - bits))

/** Returns the slot of a term that has one of its own. */
export const largeSlot = (hash: number): number => LARGE_SLOTS + hash

export const isLargeSlot = (slot: number): boolean => slot >= LARGE_SLOTS

/** Terms that are read together. */
export interface Slot {
  readonly slot: number
  readonly data: Uint8Array
}

/** Distributes terms over the slots of a segment. */
export const createSlots = (bits: number): { of(hash: number, bytes: number): ByteWriter; all(): readonly Slot[] } => {
  const writers = new Map<number, ByteWriter>()
  return {
    /** Returns the slot for a term with this hash and this many bytes of postings. */
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
