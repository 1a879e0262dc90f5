import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@inlet/connector-sdk'

/** A local file with random access. */
export interface LocalFile {
  readonly handle: FileHandle
  readonly size: number
  close(): Promise<void>
}

export interface SpoolOptions {
  readonly folder: string
  readonly maxBytes: number
  /** The name of the limit, for the message. */
  readonly limit: string
}

/**
 * Copies a stream to an unnamed file, which vanishes with its handle, whatever happens to this process. Throws FILE_TOO_LARGE. The caller closes it.
 */
export const spool = async (bytes: AsyncIterable<Buffer>, { folder, maxBytes, limit }: SpoolOptions): Promise<LocalFile> => {
  const place = path.join(folder, `spool-${randomUUID()}`)
  const handle = await open(place, 'wx+', 0o600)
  let size = 0
  try {
    await unlink(place)
    for await (const chunk of bytes) {
      await handle.write(chunk)
      size += chunk.length
      if (size > maxBytes) throw new Failure('FILE_TOO_LARGE', `the file has more than ${limit} (${maxBytes})`)
    }
    return { handle, size, close: () => handle.close() }
  } catch (thrown) {
    await handle.close()
    throw thrown
  }
}
