import { Failure } from '@inlet/connector-sdk'
import type { Blob, BlobStore } from './blob-store.js'

/** One request fetches this much, so that no connection waits while records are stored, and a broken one costs little. */
const PART_BYTES = 8 * 1024 * 1024
const PIECE_BYTES = 64 * 1024

/** The bytes of one version of a blob from `start` to its end, in pieces of 64 KiB. Throws NOT_FOUND_UPSTREAM when it changes meanwhile. */
export async function* readParts(
  store: BlobStore,
  { name, size, etag }: Pick<Blob, 'name' | 'size' | 'etag'>,
  { start = 0, signal }: { readonly start?: number; readonly signal: AbortSignal },
): AsyncGenerator<Buffer, void, void> {
  for (let from = start; from < size; ) {
    signal.throwIfAborted()
    const part = await store.read({ name, start: from, end: Math.min(from + PART_BYTES, size), etag }, signal)
    if (part.length === 0 || from + part.length > size)
      throw new Failure('UPSTREAM_INVALID', `${name}: the store sent another number of bytes than the ${size} it had listed`)
    for (let at = 0; at < part.length; at += PIECE_BYTES) yield part.subarray(at, at + PIECE_BYTES)
    from += part.length
  }
}
