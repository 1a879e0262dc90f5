import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'

const LEFT_OVER = /\.lock$|^tmp_|^\.tmp-/

/** Removes lock files and temporary packs of a git process that was killed; only one run at a time uses the folder. */
export const removeLeftovers = async (gitDir: string): Promise<void> => {
  const entries = await readdir(gitDir, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (LEFT_OVER.test(entry.name)) await rm(path.join(entry.parentPath, entry.name), { recursive: true, force: true })
}
