import { createHash } from 'node:crypto'
import { Failure } from '@inlet/connector-sdk'
import type { OpenItem } from '../files/listing/item.js'
import type { Blob, BlobStore } from './blob-store.js'

/** Opens nothing yet: the listing has described the version to read. */
export const openBlob = (
  store: BlobStore,
  blob: Blob,
  { signature, signal }: { readonly signature: string; readonly signal: AbortSignal },
): OpenItem => {
  const hash = createHash('sha256')
  return {
    signature,
    size: blob.size,
    readAt: (start, end) => readAll(store, { ...blob, size: end }, { start, signal }),
    bytes: hashed(readParts(store, blob, { signal }), hash),
    sha256: () => hash.copy().digest('hex'),
    // Every part was requested by its etag.
    isUnchanged: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  }
}

const readAll = async (...args: Parameters<typeof readParts>): Promise<Buffer> => {
  const pieces: Buffer[] = []
  for await (const piece of readParts(...args)) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function* hashed(pieces: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer, void, void> {
  for await (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
}

/** Each request fetches this much, so that no connection waits while records are stored, and a broken one costs little. */
const PART_BYTES = 8 * 1024 * 1024
const PIECE_BYTES = 64 * 1024

/**
 * Yields the bytes of one version of a blob from `start` to its end, in pieces of 64 KiB. Throws NOT_FOUND_UPSTREAM when it changes in the meantime.
 */
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
