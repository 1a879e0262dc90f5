import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { Failure, toFileFailure } from '@inlet/connector-sdk'
import { relativeTo } from '../../parsing/listing/glob.js'
import { findTargets, type Targets } from '../../parsing/listing/targets.js'
import { walk } from '../../parsing/listing/walk.js'
import type { FileConnection } from '../connection.js'
import type { FileItem, Listed } from './item.js'
import { fileSignature, uploadSignature } from './signature.js'

/** A position must fit into a cursor. */
const MAX_KEY_BYTES = 4000

/** The files of a source, found afresh. */
export interface Listing {
  /** Uploads first, then files, in the order of their positions; nothing is opened and only one folder is held. */
  items(signal: AbortSignal): AsyncGenerator<Listed, void, void>
  /** Whether an item that was stored earlier is certainly gone, or no longer asked for. */
  isGone(key: string): Promise<boolean>
}

/** Throws what {@link findTargets} throws. */
export const openListing = async (connection: FileConnection): Promise<Listing> => {
  const { config, files } = connection.ctx
  const targets = await findTargets(config, files)
  return {
    async *items(signal) {
      for (const id of [...new Set(config.uploads)].sort()) {
        signal.throwIfAborted()
        yield await listUpload(connection, id)
      }
      if (targets !== null) yield* listFiles(connection, targets, signal)
    },
    isGone: async (key) => {
      if (config.uploads.includes(key)) return isAbsent(await listUpload(connection, key))
      if (targets === null) return true
      const file = path.join(targets.root, key)
      return !targets.accepts(file) || isAbsent(await listFile(connection, targets.root, file))
    },
  }
}

const isAbsent = (listed: Listed | null): boolean => listed === null || ('failure' in listed && listed.failure.reason === 'NOT_FOUND_UPSTREAM')

async function* listFiles(connection: FileConnection, targets: Targets, signal: AbortSignal): AsyncGenerator<Listed, void, void> {
  for (const name of targets.missing) yield { key: name, failure: new Failure('NOT_FOUND_UPSTREAM', `${name} does not exist`), blind: false }
  for (const top of targets.tops) {
    for await (const entry of walk(top, { enters: targets.enters, signal })) {
      if ('unreadable' in entry) yield { key: relativeTo(targets.root, entry.unreadable), failure: entry.failure, blind: true }
      else if (targets.accepts(entry.file)) {
        const listed = await listFile(connection, targets.root, entry.file)
        if (listed !== null) yield listed
      }
    }
  }
}

/** Null when the file has vanished or become something else. */
const listFile = async (connection: FileConnection, root: string, file: string): Promise<Listed | null> => {
  const key = relativeTo(root, file)
  // Names that are no UTF-8 come back altered and cannot be opened.
  if (Buffer.byteLength(JSON.stringify(key)) > MAX_KEY_BYTES || key.includes('\ufffd'))
    return { key: key.slice(0, 1000), failure: new Failure('PATH_NOT_ALLOWED', 'the name of the file is too long or not UTF-8'), blind: false }
  try {
    const stat = await lstat(file, { bigint: true })
    if (!stat.isFile()) return null
    return {
      item: {
        key,
        position: `1${key}`,
        name: path.basename(file),
        path: file,
        size: Number(stat.size),
        modifiedAt: stat.mtime,
        changedAtMs: Number(stat.ctimeMs),
        signature: fileSignature(connection.mark, stat),
      },
    }
  } catch (thrown) {
    const failure = toFileFailure(thrown, key)
    return failure.reason === 'NOT_FOUND_UPSTREAM' ? null : { key, failure, blind: false }
  }
}

const listUpload = async (connection: FileConnection, id: string): Promise<Listed> => {
  try {
    const upload = await connection.ctx.files.openUpload(id)
    upload.stream.on('error', () => undefined)
    upload.stream.destroy()
    return { item: uploadItem(connection, id, upload) }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return { key: id, failure: thrown, blind: false }
  }
}

const uploadItem = (
  connection: FileConnection,
  id: string,
  upload: { readonly name: string; readonly size: number; readonly sha256: string; readonly createdAt: Date },
): FileItem => ({
  key: id,
  position: `0${id}`,
  name: upload.name,
  size: upload.size,
  modifiedAt: upload.createdAt,
  changedAtMs: upload.createdAt.getTime(),
  signature: uploadSignature(connection.mark, upload.sha256),
})
