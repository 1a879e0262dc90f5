import { Failure, timeoutSignal } from '@inlet/connector-sdk'
import type { Item, Listed, Listing } from '../files/listing/item.js'
import type { Blob, BlobStore } from './blob-store.js'
import { chooseBlobs } from './choose-blobs.js'
import { openBlob } from './open-blob.js'
import type { BlobConfig } from './settings.js'

/** A page of this size takes some 30 ms to parse. */
const PAGE = 1000

export interface BlobPlace {
  readonly store: BlobStore
  readonly config: BlobConfig
  /** The mark of the settings, part of every signature. */
  readonly mark: string
}

/** Lists the selected blobs of a container, holding one page at a time. */
export const listBlobs = (place: BlobPlace): Listing => {
  const choice = chooseBlobs(place.config)
  return {
    async *items(signal) {
      for await (const blob of blobsOf(place.store, choice.prefix, signal)) if (choice.accepts(blob.name)) yield toListed(place, blob)
    },
    isGone: async (key) => !choice.accepts(key) || (await isAbsent(place.store, key)),
  }
}

/** Yields all blobs whose name starts with a prefix, in the order of the store. */
export async function* blobsOf(store: BlobStore, prefix: string, signal: AbortSignal): AsyncGenerator<Blob, void, void> {
  let after: string | null = null
  do {
    signal.throwIfAborted()
    const page = await store.list({ prefix, after, max: PAGE }, signal)
    if (page.next !== null && page.next === after)
      throw new Failure('PAGINATION_LOOP', 'the store keeps naming the same page of the listing as the next one')
    yield* page.blobs
    after = page.next
  } while (after !== null)
}

const toListed = (place: BlobPlace, blob: Blob): Listed => {
  if (isUnreachable(blob.name))
    return {
      key: blob.name.slice(0, 1000),
      failure: new Failure('PATH_NOT_ALLOWED', 'a name with "." or ".." between slashes, or with NUL, cannot be requested'),
      blind: false,
    }
  return { item: toItem(place, blob) }
}

/** Every URL parser resolves such segments. */
const isUnreachable = (name: string): boolean => name.includes('\0') || name.split('/').some((segment) => segment === '.' || segment === '..')

const toItem = ({ store, mark }: BlobPlace, blob: Blob): Item => {
  const signature = [mark, blob.size.toString(36), blob.modifiedAt.getTime().toString(36), blob.etag].join('.')
  return {
    key: blob.name,
    // One character per byte: stores order names by their bytes, JavaScript by UTF-16.
    position: Buffer.from(blob.name).toString('latin1'),
    name: blob.name.slice(blob.name.lastIndexOf('/') + 1),
    size: blob.size,
    modifiedAt: blob.modifiedAt,
    changedAtMs: blob.modifiedAt.getTime(),
    signature,
    data: { path: blob.name, etag: blob.etag, ...(blob.contentType === undefined ? {} : { contentType: blob.contentType }) },
    open: (signal) => Promise.resolve(openBlob(store, blob, { signature, signal })),
  }
}

const isAbsent = async (store: BlobStore, name: string): Promise<boolean> => {
  try {
    await store.describe(name, timeoutSignal(30_000))
    return false
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.reason === 'NOT_FOUND_UPSTREAM') return true
    throw thrown
  }
}
