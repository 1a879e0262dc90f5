import { createHash } from 'node:crypto'
import type { OpenItem } from '../files/listing/item.js'
import type { Blob, BlobStore } from './blob-store.js'
import { readParts } from './read-parts.js'

/** Opens nothing yet: the listing has said all about the version that is read. */
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
    // Every part was asked for by its etag.
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
