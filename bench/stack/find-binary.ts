import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** The first executable of that name on the search path (PATH, and /usr/sbin, where servers live); null when there is none. */
export const findBinary = (name: string, searchPath: string): string | null => {
  const folders = [...searchPath.split(path.delimiter), '/usr/sbin', '/usr/local/sbin'].filter((folder) => folder !== '')
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
