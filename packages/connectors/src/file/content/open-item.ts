import { createHash } from 'node:crypto'
import { Failure, toFileFailure } from '@inlet/connector-sdk'
import type { FileConnection } from '../connection.js'
import type { FileItem } from '../listing/item.js'
import { fileSignature } from '../listing/signature.js'

const CHUNK_BYTES = 64 * 1024

/** Whoever reads gets the error thrown; without a listener an abort while nobody reads would end the process. */
const seen = (): void => undefined

/** The raw bytes of an item, as they lie there. */
export interface OpenItem {
  /** Of the very version that is open. */
  readonly signature: string
  readonly size: number
  readonly bytes: AsyncIterable<Buffer>
  /** Of the bytes read so far, as hex. */
  sha256(): string
  /** Whether the file is still the version that was opened; asked after the last byte. */
  isUnchanged(): Promise<boolean>
  close(): Promise<void>
}

/** Throws NOT_FOUND_UPSTREAM, PERMISSION_DENIED, NOT_A_REGULAR_FILE, PATH_ESCAPE. The caller closes. */
export const openItem = (connection: FileConnection, item: FileItem, signal: AbortSignal): Promise<OpenItem> =>
  item.path === undefined ? openUpload(connection, item, signal) : openFile(connection, item.path, signal)

const openFile = async (connection: FileConnection, path: string, signal: AbortSignal): Promise<OpenItem> => {
  const { handle } = await connection.ctx.files.open(path)
  try {
    const stat = await handle.stat({ bigint: true })
    const signature = fileSignature(connection.mark, stat)
    const stream = handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false, signal })
    stream.on('error', seen)
    const hash = createHash('sha256')
    return {
      signature,
      size: Number(stat.size),
      bytes: hashed(stream, hash, path),
      sha256: () => hash.copy().digest('hex'),
      isUnchanged: async () => fileSignature(connection.mark, await handle.stat({ bigint: true })) === signature,
      close: async () => {
        stream.destroy()
        await handle.close()
      },
    }
  } catch (thrown) {
    await handle.close()
    throw toFileFailure(thrown, path)
  }
}

const openUpload = async (connection: FileConnection, item: FileItem, signal: AbortSignal): Promise<OpenItem> => {
  const { stream, size } = await connection.ctx.files.openUpload(item.key)
  stream.on('error', seen)
  const stop = (): void => void stream.destroy(new Failure('CANCELLED', 'the work was cancelled'))
  signal.addEventListener('abort', stop, { once: true })
  const hash = createHash('sha256')
  return {
    signature: item.signature,
    size,
    bytes: hashed(stream, hash, item.key),
    sha256: () => hash.copy().digest('hex'),
    isUnchanged: () => Promise.resolve(true),
    close: () => {
      signal.removeEventListener('abort', stop)
      stream.destroy()
      return Promise.resolve()
    },
  }
}

/** Pieces of at most 64 KiB, whatever the stream gives, so that no step that follows takes long. */
async function* hashed(stream: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>, path: string): AsyncGenerator<Buffer, void, void> {
  try {
    for await (const chunk of stream) {
      hash.update(chunk)
      for (let from = 0; from < chunk.length; from += CHUNK_BYTES) yield chunk.subarray(from, from + CHUNK_BYTES)
    }
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'AbortError') throw thrown
    throw toFileFailure(thrown, path)
  }
}
