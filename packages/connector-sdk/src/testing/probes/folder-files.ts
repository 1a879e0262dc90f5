import { readdir } from 'node:fs/promises'
import path from 'node:path'

/** Returns the absolute paths of all files below a folder; links are not followed. An absent folder has none. */
export const filesBelow = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
}

const TEMPORARY = /^\.?(tmp|temp)|\.(tmp|part|lock|crdownload)$/i

/** Returns the files whose names say that they were meant to be removed. */
export const temporaryFiles = (files: readonly string[]): readonly string[] => files.filter((file) => TEMPORARY.test(path.basename(file)))
