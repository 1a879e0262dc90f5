import { Failure, type HttpResponse } from '@inlet/connector-sdk'
import type { ReadBlobRequest } from './blob-store.js'

/** The bytes of an answer to a request for a range. Throws UPSTREAM_INVALID when a store without ranges sends the whole blob in place of its middle, NOT_FOUND_UPSTREAM for another version than was asked for. */
export const takeRange = async (response: HttpResponse, { name, start, end, etag }: ReadBlobRequest): Promise<Buffer> => {
  if (response.status === 200 && start > 0) {
    response.discard()
    throw new Failure('UPSTREAM_INVALID', `${name}: the store gives no parts of a blob, so that those over 8 MiB cannot be read`)
  }
  // Not every store looks at If-Match.
  const given = response.headers['etag']
  if (etag !== undefined && given !== undefined && bare(given) !== bare(etag)) {
    response.discard()
    throw new Failure('NOT_FOUND_UPSTREAM', `${name} changed while it was read and is read by the next run`)
  }
  const bytes = await response.bytes()
  // Some stores round a range up.
  return response.status === 206 ? bytes.subarray(0, end - start) : bytes
}

const bare = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '')
