import { Failure, type HttpResponse } from '@inlet/connector-sdk'

/** A blob or object as a listing describes it. */
export interface Blob {
  /** The full name, with its slashes. */
  readonly name: string
  readonly size: number
  readonly modifiedAt: Date
  /** Changes with every version of the content; as the store writes it, including quotes. */
  readonly etag: string
  readonly contentType?: string
}

export interface BlobPage {
  /** In the order of the store, which is the byte order of their names. */
  readonly blobs: readonly Blob[]
  /** Prefixes up to the delimiter, each ending with it; empty without one. */
  readonly folders: readonly string[]
  /** Where the next page starts, opaque to everyone but the store. Null at the end. */
  readonly next: string | null
}

export interface ListRequest {
  readonly prefix: string
  /** `next` of the previous page; null for the first. */
  readonly after: string | null
  /** `/`: one level, as if names were paths. */
  readonly delimiter?: '/'
  /** Blobs per page; the store may return fewer. */
  readonly max: number
}

export interface ReadBlobRequest {
  readonly name: string
  /** First byte, and the one after the last. */
  readonly start: number
  readonly end: number
  /** Refuse any other version of the blob with NOT_FOUND_UPSTREAM. */
  readonly etag?: string
}

/**
 * One container or bucket, read-only. All methods throw `Failure`: AUTH_FAILED, PERMISSION_DENIED, NOT_FOUND_UPSTREAM (the
 * container, the blob, or the requested version), RATE_LIMITED, UPSTREAM_ERROR, UPSTREAM_INVALID and what the HTTP client throws.
 */
export interface BlobStore {
  list(request: ListRequest, signal: AbortSignal): Promise<BlobPage>
  describe(name: string, signal: AbortSignal): Promise<Blob>
  /** Returns the requested bytes, fewer at the end of the blob; the whole blob when the store does not support ranges and `start` is 0. */
  read(request: ReadBlobRequest, signal: AbortSignal): Promise<Buffer>
}

/** Whether a failure to read one blob concerns only that blob: everything else ends the run, which continues from its cursor later. */
export const isAboutOneBlob = ({ reason, code }: Failure): boolean =>
  reason === 'NOT_FOUND_UPSTREAM' ||
  reason === 'PERMISSION_DENIED' ||
  reason === 'PATH_NOT_ALLOWED' ||
  code === 'record_invalid' ||
  code === 'upstream_invalid'

/**
 * Reads the bytes of a range response. Throws UPSTREAM_INVALID when a store without range support sends the whole blob instead of its middle,
 * and NOT_FOUND_UPSTREAM for another version than requested.
 */
export const readRange = async (response: HttpResponse, { name, start, end, etag }: ReadBlobRequest): Promise<Buffer> => {
  if (response.status === 200 && start > 0) {
    response.discard()
    throw new Failure('UPSTREAM_INVALID', `${name}: the store gives no parts of a blob, so that those over 8 MiB cannot be read`)
  }
  // Not every store respects If-Match.
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
