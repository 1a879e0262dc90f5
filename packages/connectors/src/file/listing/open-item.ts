import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { type ConnectorContext, Failure, toFileFailure } from '@inlet/connector-sdk'
import type { OpenItem } from '../../files/listing/item.js'
import type { FileConfig } from '../config.js'

const CHUNK_BYTES = 64 * 1024

/** The error is thrown to the reader; without a listener, an abort while no one reads would end the process. */
const seen = (): void => undefined

/** Throws NOT_FOUND_UPSTREAM, FILE_NOT_READABLE, NOT_A_REGULAR_FILE, PATH_ESCAPE. The caller closes it. */
export const openFile = async (place: FilePlace, path: string, signal: AbortSignal): Promise<OpenItem> => {
  const { handle } = await place.ctx.files.open(path)
  try {
    const stat = await handle.stat({ bigint: true })
    const signature = fileSignature(place.mark, stat)
    const stream = handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false, signal })
    stream.on('error', seen)
    const hash = createHash('sha256')
    return {
      signature,
      size: Number(stat.size),
      handle,
      bytes: hashed(stream, hash, path),
      sha256: () => hash.copy().digest('hex'),
      isUnchanged: async () => fileSignature(place.mark, await handle.stat({ bigint: true })) === signature,
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

/** Throws NOT_FOUND_UPSTREAM. The caller closes it. */
export const openUpload = async (place: FilePlace, id: string, signal: AbortSignal): Promise<OpenItem> => {
  const { stream, size, sha256 } = await place.ctx.files.openUpload(id)
  stream.on('error', seen)
  const stop = (): void => void stream.destroy(new Failure('CANCELLED', 'the work was cancelled'))
  signal.addEventListener('abort', stop, { once: true })
  // An abort while the upload was being opened emits no further event.
  if (signal.aborted) stop()
  const hash = createHash('sha256')
  return {
    signature: uploadSignature(place.mark, sha256),
    size,
    bytes: hashed(stream, hash, id),
    sha256: () => hash.copy().digest('hex'),
    isUnchanged: () => Promise.resolve(true),
    close: () => {
      signal.removeEventListener('abort', stop)
      stream.destroy()
      return Promise.resolve()
    },
  }
}

/** Yields pieces of at most 64 KiB, whatever the stream yields, so that no later step takes long. */
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

/** Where the files of a source are, and the mark of its settings for their signatures. */
export interface FilePlace {
  readonly ctx: Pick<ConnectorContext<FileConfig>, 'config' | 'files'>
  readonly mark: string
}

/** Includes the change time: a copy that preserves the modification time still updates it. */
export const fileSignature = (mark: string, stat: BigIntStats): string =>
  [mark, stat.size, stat.mtimeNs, stat.ctimeNs].map((part) => (typeof part === 'bigint' ? part.toString(36) : part)).join('.')

export const uploadSignature = (mark: string, sha256: string): string => `${mark}.${sha256}`
