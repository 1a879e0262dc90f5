import { chooseBlobs } from './choose-blobs.js'
import type { BlobConnection } from './connection.js'

/**
 * Lists one page and reads one byte of the first blob that is wanted, since listing and reading are two permissions.
 * Resolves for a container without such blobs: a later run reads what comes.
 */
export const checkBlobs = async ({ store, ctx }: BlobConnection, signal: AbortSignal): Promise<void> => {
  const choice = chooseBlobs(ctx.config)
  const page = await store.list({ prefix: choice.prefix, after: null, max: 100 }, signal)
  const found = page.blobs.find((blob) => blob.size > 0 && choice.accepts(blob.name))
  if (found !== undefined) await store.read({ name: found.name, start: 0, end: 1 }, signal)
}
