import { Failure, type HttpResponse } from '@inlet/connector-sdk'
import type { ReadBlobRequest } from './blob-store.js'

/** The bytes of an answer to a request for a range. Throws UPSTREAM_INVALID when a store without ranges sends the whole blob in place of its middle. */
export const takeRange = async (response: HttpResponse, { name, start, end }: ReadBlobRequest): Promise<Buffer> => {
  if (response.status === 200 && start > 0) {
    response.discard()
    throw new Failure('UPSTREAM_INVALID', `${name}: the store gives no parts of a blob, so that those over 8 MiB cannot be read`)
  }
  const bytes = await response.bytes()
  // Some stores round a range up.
  return response.status === 206 ? bytes.subarray(0, end - start) : bytes
}
