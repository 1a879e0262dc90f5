import { lstat, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ConnectorContext } from '@inlet/connector-sdk'

type Files = ConnectorContext['files']

/** Borrowed object folders may borrow in turn; git follows five levels. */
const MAX_BORROWING = 5

/**
 * Throws PATH_NOT_ALLOWED or PATH_ESCAPE unless the folders of the repository, its objects and those it borrows from
 * (objects/info/alternates) all lie below allowed roots: a `.git` file, a link or an alternate can name any place.
 */
export const requireWithinRoots = async (files: Files, folders: readonly string[]): Promise<void> => {
  for (const folder of new Set(folders)) {
    await files.resolve(folder)
    await requireObjects(files, path.join(folder, 'objects'), MAX_BORROWING)
  }
}

const requireObjects = async (files: Files, objects: string, levels: number): Promise<void> => {
  if (!(await exists(objects))) return
  await files.resolve(objects)
  for (const part of ['pack', 'info']) if (await exists(path.join(objects, part))) await files.resolve(path.join(objects, part))
  const list = await readFile(path.join(objects, 'info', 'alternates'), 'utf8').catch(() => '')
  for (const line of list.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
    const borrowed = path.resolve(objects, line)
    await files.resolve(borrowed)
    if (levels > 0) await requireObjects(files, borrowed, levels - 1)
  }
}

const exists = async (folder: string): Promise<boolean> => {
  return lstat(folder).then(
    () => true,
    () => false,
  )
}
