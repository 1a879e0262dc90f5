import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import path from 'node:path'
import { Failure, toWorkFolderFailure } from '@inlet/connector-sdk'

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
 * Copies a stream to an unnamed file, which vanishes with its handle, whatever happens to this process. Throws FILE_TOO_LARGE, DISK_FULL and WORK_FOLDER_UNUSABLE. The caller closes it.
 */
export const spool = async (bytes: AsyncIterable<Buffer>, { folder, maxBytes, limit }: SpoolOptions): Promise<LocalFile> => {
  const place = path.join(folder, `spool-${randomUUID()}`)
  const handle = await open(place, 'wx+', 0o600).catch((thrown: unknown) => {
    throw toWorkFolderFailure(thrown, folder)
  })
  let size = 0
  try {
    await unlink(place)
    for await (const chunk of bytes) {
      await writeAll(handle, chunk, folder)
      size += chunk.length
      if (size > maxBytes) throw new Failure('FILE_TOO_LARGE', `the file has more than ${limit} (${maxBytes})`)
    }
    return { handle, size, close: () => handle.close() }
  } catch (thrown) {
    await handle.close()
    throw thrown
  }
}

/** A disk that is nearly full takes the beginning of a piece without an error. */
const writeAll = async (handle: FileHandle, chunk: Buffer, folder: string): Promise<void> => {
  try {
    for (let from = 0; from < chunk.length; ) from += (await handle.write(chunk, from)).bytesWritten
  } catch (thrown) {
    throw toWorkFolderFailure(thrown, folder)
  }
}
