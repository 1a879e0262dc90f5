import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { Failure, toFileFailure } from '@inlet/connector-sdk'
import type { Item, Listed, Listing } from '../../files/listing/item.js'
import { relativeTo } from '../../parsing/listing/glob.js'
import { findTargets, type Targets } from '../../parsing/listing/targets.js'
import { walk } from '../../parsing/listing/walk.js'
import { type FilePlace, fileSignature, openFile, openUpload, uploadSignature } from './open-item.js'
import { lookAtFolder } from './same-folder.js'

/** A position must fit into a cursor. */
const MAX_KEY_BYTES = 4000

/** `path`: the real path; absent for an upload. */
export type FileItem = Item & { readonly path?: string }

/** Throws what {@link findTargets} throws. */
export const openListing = async (place: FilePlace): Promise<Listing<FileItem>> => {
  const { config, files } = place.ctx
  const targets = await findTargets(config, files)
  const root = targets === null || targets.root === '' ? null : await lookAtFolder(targets.root)
  return {
    async *items(signal) {
      for (const id of [...new Set(config.uploads)].sort()) {
        signal.throwIfAborted()
        yield await listUpload(place, id)
      }
      if (targets !== null) yield* listFiles(place, targets, signal)
      await root?.requireSame()
    },
    isGone: async (key) => {
      if (config.uploads.includes(key)) return isAbsent(await listUpload(place, key))
      if (targets === null) return true
      const file = path.join(targets.root, key)
      if (targets.accepts(file) && !isAbsent(await listFile(place, targets.root, file))) return false
      await root?.requireSame()
      return true
    },
  }
}

const isAbsent = (listed: Listed<FileItem> | null): boolean =>
  listed === null || ('failure' in listed && listed.failure.reason === 'NOT_FOUND_UPSTREAM')

async function* listFiles(place: FilePlace, targets: Targets, signal: AbortSignal): AsyncGenerator<Listed<FileItem>, void, void> {
  for (const name of targets.missing) yield { key: name, failure: new Failure('NOT_FOUND_UPSTREAM', `${name} does not exist`), blind: false }
  for (const top of targets.tops) {
    for await (const entry of walk(top, { enters: targets.enters, signal })) {
      if ('unreadable' in entry && entry.failure.reason === 'FILES_UNAVAILABLE') throw entry.failure
      if ('unreadable' in entry) yield { key: relativeTo(targets.root, entry.unreadable), failure: entry.failure, blind: true }
      else if (targets.accepts(entry.file)) {
        const listed = await listFile(place, targets.root, entry.file)
        if (listed !== null) yield listed
      }
    }
  }
}

/** Returns null when the file has vanished or become something else. */
const listFile = async (place: FilePlace, root: string, file: string): Promise<Listed<FileItem> | null> => {
  const key = relativeTo(root, file)
  // Names that are not UTF-8 come back altered and cannot be opened.
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
        signature: fileSignature(place.mark, stat),
        data: { path: key },
        open: (signal) => openFile(place, file, signal),
      },
    }
  } catch (thrown) {
    const failure = toFileFailure(thrown, key)
    return failure.reason === 'NOT_FOUND_UPSTREAM' ? null : { key, failure, blind: false }
  }
}

const listUpload = async (place: FilePlace, id: string): Promise<Listed<FileItem>> => {
  try {
    const upload = await place.ctx.files.openUpload(id)
    upload.stream.on('error', () => undefined)
    upload.stream.destroy()
    return { item: uploadItem(place, id, upload) }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return { key: id, failure: thrown, blind: false }
  }
}

const uploadItem = (
  place: FilePlace,
  id: string,
  upload: { readonly name: string; readonly size: number; readonly sha256: string; readonly modifiedAt: Date },
): FileItem => ({
  key: id,
  position: `0${id}`,
  name: upload.name,
  size: upload.size,
  modifiedAt: upload.modifiedAt,
  changedAtMs: upload.modifiedAt.getTime(),
  signature: uploadSignature(place.mark, upload.sha256),
  data: { upload: id },
  open: (signal) => openUpload(place, id, signal),
})
