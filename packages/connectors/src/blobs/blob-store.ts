import { Failure, type HttpResponse } from '@inlet/connector-sdk'

/** A blob or object as a listing describes it. */
export interface Blob {
  /** The whole name, with its slashes. */
  readonly name: string
  readonly size: number
  readonly modifiedAt: Date
  /** Changes with every version of the content; as the store writes it, quotes included. */
  readonly etag: string
  readonly contentType?: string
}

export interface BlobPage {
  /** In the order of the store, which is that of the bytes of their names. */
  readonly blobs: readonly Blob[]
  /** What lies below a delimiter, each ending with it; empty without one. */
  readonly folders: readonly string[]
  /** Where the next page starts; only the store understands it. Null at the end. */
  readonly next: string | null
}

export interface ListRequest {
  readonly prefix: string
  /** `next` of the page before; null for the first. */
  readonly after: string | null
  /** `/`: one level, as if names were paths. */
  readonly delimiter?: '/'
  /** Blobs a page; the store may give fewer. */
  readonly max: number
}

export interface ReadBlobRequest {
  readonly name: string
  /** First byte, and the one behind the last. */
  readonly start: number
  readonly end: number
  /** Refuse any other version of the blob with NOT_FOUND_UPSTREAM. */
  readonly etag?: string
}

/**
 * One container or bucket, read-only. All throw `Failure`: AUTH_FAILED, PERMISSION_DENIED, NOT_FOUND_UPSTREAM (the
 * container, the blob, or the version asked for), RATE_LIMITED, UPSTREAM_ERROR, UPSTREAM_INVALID and what the HTTP client throws.
 */
export interface BlobStore {
  list(request: ListRequest, signal: AbortSignal): Promise<BlobPage>
  describe(name: string, signal: AbortSignal): Promise<Blob>
  /** The bytes asked for, fewer at the end of the blob; all of it when the store knows no ranges and `start` is 0. */
  read(request: ReadBlobRequest, signal: AbortSignal): Promise<Buffer>
}

/** Whether a failure to read one blob concerns that blob alone: everything else ends the run, which continues from its cursor later. */
export const isAboutOneBlob = ({ reason, code }: Failure): boolean =>
  reason === 'NOT_FOUND_UPSTREAM' ||
  reason === 'PERMISSION_DENIED' ||
  reason === 'PATH_NOT_ALLOWED' ||
  code === 'record_invalid' ||
  code === 'upstream_invalid'

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
