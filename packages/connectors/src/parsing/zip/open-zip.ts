import type { FileHandle } from 'node:fs/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { Failure } from '@inlet/connector-sdk'
import { type Entry, fromFdPromise, validateFileName, type ZipFile } from 'yauzl'
import { type GunzipLimits, limitExpansion } from '../bytes/gunzip.js'
import { entryName } from './entry-name.js'

/** A file in an archive. */
export interface ZipEntry {
  /** The path with slashes, as in the archive. */
  readonly name: string
  /** As the archive claims. */
  readonly size: number
  /** Why it must not be read: its path climbs out of the archive, or its content cannot be decoded. */
  readonly refused: Failure | null
  /**
   * Yields the content, decompressed as it streams. Throws FILE_UNREADABLE when it is damaged or its
   * declared size is wrong, ARCHIVE_BOMB beyond the limits of the archive.
   */
  bytes(): AsyncGenerator<Buffer, void, void>
}

export interface ZipOptions extends GunzipLimits {
  readonly maxEntries: number
}

/** An archive; everything read from it counts towards its limits together. Nothing to close: the handle stays the caller's. */
export interface Zip {
  /** Yields its files in directory order; can be iterated once. Leaves out folders. Throws FILE_TOO_LARGE, FILE_UNREADABLE. */
  entries(): AsyncGenerator<ZipEntry, void, void>
}

/** Throws FILE_UNREADABLE for what is no zip, is truncated or split over several files. */
export const openZip = async (handle: FileHandle, size: number, options: ZipOptions): Promise<Zip> => {
  const counts = { in: 0, out: 0 }
  const open = async (): Promise<ZipFile> => {
    try {
      // Names stay bytes here: with the library's own check, a single bad name would spoil the whole archive.
      return await fromFdPromise(handle.fd, { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: true })
    } catch (thrown) {
      throw unreadable(thrown)
    }
  }
  const zip = await open()
  if (zip.entryCount > options.maxEntries)
    throw new Failure('FILE_TOO_LARGE', `the archive contains ${zip.entryCount} files, more than maxArchiveFiles (${options.maxEntries})`)
  return {
    async *entries() {
      const names = new Set<string>()
      try {
        for await (const entry of zip.eachEntry()) {
          const name = entryName(entry)
          if (name.endsWith('/')) continue
          const again = names.has(name)
          names.add(name)
          yield {
            name,
            size: entry.uncompressedSize,
            refused: again
              ? new Failure('ARCHIVE_UNSAFE_ENTRY', `the archive contains another file with the name ${quote(name)}`)
              : refusalOf(name, entry),
            bytes: () => content({ zip, entry, name, size, counts, limits: options }),
          }
        }
      } catch (thrown) {
        throw unreadable(thrown)
      }
    },
  }
}

const quote = (name: string): string => JSON.stringify(name.slice(0, 200))

const refusalOf = (name: string, entry: Entry): Failure | null => {
  const problem = name.includes('\0') ? 'NUL in its name' : validateFileName(name)
  if (problem !== null) return new Failure('ARCHIVE_UNSAFE_ENTRY', `the archive contains a file whose path leads out of it: ${quote(name)}`)
  if (entry.isEncrypted()) return new Failure('FILE_UNREADABLE', 'it is encrypted')
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    return new Failure('FILE_UNREADABLE', `it is compressed with method ${entry.compressionMethod}, which is not read`)
  return null
}

interface Content {
  readonly zip: ZipFile
  readonly entry: Entry
  readonly name: string
  readonly size: number
  readonly counts: { in: number; out: number }
  readonly limits: GunzipLimits
}

async function* content({ zip, entry, name, counts, limits }: Content): AsyncGenerator<Buffer, void, void> {
  const raw = await zip.openReadStreamPromise(entry, { decodeFileData: false }).catch((thrown: unknown) => {
    throw unreadable(thrown, name)
  })
  raw.on('data', (chunk: Buffer) => (counts.in += chunk.length))
  const output = entry.compressionMethod === 0 ? raw : raw.pipe(createInflateRaw({ chunkSize: 64 * 1024 }))
  if (output !== raw) raw.on('error', (error) => output.destroy(error))
  let length = 0
  let sum = 0
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      length += chunk.length
      counts.out += chunk.length
      sum = crc32(chunk, sum)
      if (length > entry.uncompressedSize) throw new Failure('ARCHIVE_BOMB', `${name} is larger than the archive says`)
      limitExpansion(counts, limits)
      yield chunk
    }
    if (length !== entry.uncompressedSize || sum !== entry.crc32)
      throw new Failure('FILE_UNREADABLE', `${name} is not what the archive says: damaged`)
  } catch (thrown) {
    throw unreadable(thrown, name)
  } finally {
    output.destroy()
    raw.destroy()
  }
}

const unreadable = (thrown: unknown, name?: string): unknown => {
  if (thrown instanceof Failure || (thrown instanceof Error && thrown.name === 'AbortError')) return thrown
  const message = thrown instanceof Error ? thrown.message.split('\n')[0]?.slice(0, 200) : String(thrown)
  return new Failure('FILE_UNREADABLE', `${name === undefined ? 'the archive' : name} cannot be read: ${message}`, { cause: thrown })
}
