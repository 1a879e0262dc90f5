import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { type Browse, type BrowseItem, Failure, toFileFailure } from '@inlet/connector-sdk'
import type { FileConnection } from './connection.js'

const PAGE = 200

/** Lists folders and files below the operator's roots, by absolute path, as `paths` takes them. Links are hidden. */
export const browse: Browse<FileConnection> = {
  async *list(connection, place, signal) {
    const { files } = connection.ctx
    if (place === '' || place === '/') {
      const roots = await files.roots()
      yield roots.map((root) => ({ name: path.basename(root), path: root, directory: true }))
      return
    }
    const folder = await files.resolve(place)
    for (const names of inPages(await namesIn(folder))) {
      signal.throwIfAborted()
      const items = await Promise.all(names.map((name) => describe(path.join(folder, name))))
      yield items.filter((item) => item !== null)
    }
  },

  async metadata(connection, place) {
    const item = await describe(await connection.ctx.files.resolve(place))
    if (item === null) throw new Failure('NOT_A_REGULAR_FILE', `${place} is neither a file nor a folder`)
    return item
  },

  async fetch(connection, place, signal) {
    const { handle } = await connection.ctx.files.open(place)
    return handle.createReadStream({ signal, autoClose: true })
  },
}

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return (await readdir(folder)).sort()
  } catch (thrown) {
    throw toFileFailure(thrown, folder)
  }
}

function* inPages(names: readonly string[]): Generator<readonly string[], void, void> {
  for (let from = 0; from < names.length; from += PAGE) yield names.slice(from, from + PAGE)
}

/** Returns null for what is neither a file nor a folder, or has vanished. */
const describe = async (place: string): Promise<BrowseItem | null> => {
  let stat: Stats
  try {
    stat = await lstat(place)
  } catch {
    return null
  }
  if (!stat.isFile() && !stat.isDirectory()) return null
  const directory = stat.isDirectory()
  return { name: path.basename(place), path: place, directory, modifiedAt: stat.mtime.toISOString(), ...(directory ? {} : { size: stat.size }) }
}
