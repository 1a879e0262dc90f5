import { createHash } from 'node:crypto'
import { createReadStream, type Stats, statSync } from 'node:fs'
import path from 'node:path'

/** A file of this machine that can be sent. */
export interface LocalFile {
  /** Without its folder. */
  readonly name: string
  /** In bytes, when it was looked at. */
  readonly size: number
  /** From its beginning, each time. */
  readonly open: () => AsyncIterable<Uint8Array>
}

const PIECE_BYTES = 262_144

/** A file that is to be sent, which is not opened yet. Throws an error for people when there is no such file. */
export const findLocalFile = (file: string): LocalFile => {
  const full = path.resolve(file)
  const stat = statOf(full)
  if (!stat.isFile()) throw new Error(`${full} ${stat.isDirectory() ? IS_FOLDER : 'is no regular file'}`)
  return {
    name: path.basename(full),
    size: stat.size,
    // Not as a web stream: on Node 20 and 22, one that is cancelled may throw outside of any request when the next piece arrives.
    open: () => createReadStream(full, { highWaterMark: PIECE_BYTES }),
  }
}

/** Something small that is in memory already. */
export const fileOf = (name: string, bytes: Uint8Array): LocalFile => ({
  name,
  size: bytes.byteLength,
  async *open() {
    yield bytes
  },
})

/** Of its bytes, in hex. */
export const sha256Of = async (file: LocalFile): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of file.open()) hash.update(piece)
  return hash.digest('hex')
}

const statOf = (file: string): Stats => {
  try {
    return statSync(file)
  } catch (error) {
    throw new Error(`${file} ${whyNot(error)}`, { cause: error })
  }
}

const IS_FOLDER = 'is a folder: name files, or register it with --connector file --set "paths=**/*" (workers read below INLET_FILE_ROOTS)'

const whyNot = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist'
  return code === 'EACCES' ? 'cannot be read by this user' : 'cannot be read'
}
