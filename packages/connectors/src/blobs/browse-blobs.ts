import { Readable } from 'node:stream'
import type { Browse, BrowseItem } from '@inlet/connector-sdk'
import type { Blob } from './blob-store.js'
import { chooseBlobs } from './choose-blobs.js'
import type { BlobConnection } from './connection.js'
import { readParts } from './open-blob.js'

const PAGE = 200

/** Treats names as paths: folders end with a slash. `prefix`, `include` and `exclude` hide nothing here. */
export const browseBlobs: Browse<BlobConnection> = {
  async *list({ store }, place, signal) {
    const folder = place === '/' ? '' : place
    const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`
    let after: string | null = null
    do {
      const page = await store.list({ prefix, after, delimiter: '/', max: PAGE }, signal)
      yield [...page.folders.map(toFolder), ...page.blobs.filter((blob) => blob.name !== prefix).map(toBrowseItem)]
      after = page.next
    } while (after !== null)
  },

  metadata: async ({ store }, place, signal) => (place.endsWith('/') ? toFolder(place) : toBrowseItem(await store.describe(place, signal))),

  async fetch({ store }, place, signal) {
    const blob = await store.describe(place, signal)
    return Readable.from(readParts(store, blob, { signal }), { objectMode: false })
  },
}

const toFolder = (path: string): BrowseItem => ({ name: path.slice(path.lastIndexOf('/', path.length - 2) + 1, -1), path, directory: true })

const toBrowseItem = ({ name, size, modifiedAt, etag, contentType }: Blob): BrowseItem => ({
  name: name.slice(name.lastIndexOf('/') + 1),
  path: name,
  directory: false,
  size,
  modifiedAt: modifiedAt.toISOString(),
  metadata: { etag, ...(contentType === undefined ? {} : { contentType }) },
})

/**
 * Lists one page and reads one byte of the first selected blob, since listing and reading are separate permissions.
 * Resolves for a container without such blobs: a later run reads what arrives.
 */
export const checkBlobs = async ({ store, ctx }: BlobConnection, signal: AbortSignal): Promise<void> => {
  const choice = chooseBlobs(ctx.config)
  const page = await store.list({ prefix: choice.prefix, after: null, max: 100 }, signal)
  const found = page.blobs.find((blob) => blob.size > 0 && choice.accepts(blob.name))
  if (found !== undefined) await store.read({ name: found.name, start: 0, end: 1 }, signal)
}
