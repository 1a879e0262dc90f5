import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises'
import { Failure } from '@inlet/domain'
import type { OpenedFile } from '../context.js'
import { toFileFailure } from './file-failure.js'
import { isKernelPath, isWithin } from './path-form.js'

// O_NONBLOCK: opening a FIFO without a writer would block forever. The last two flags are 0 on systems that lack them.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Opens a regular file whose real path was already checked. Between that check and the open, a folder or the file may have
 * been replaced by a link, so the opened file is checked again: by its descriptor, never by name alone.
 */
export const openRegular = async ({ real, root }: { readonly real: string; readonly root: string }): Promise<OpenedFile> => {
  try {
    // Checked first, because merely opening a device can have an effect.
    if (!(await lstat(real)).isFile()) throw new Failure('NOT_A_REGULAR_FILE', `${real} is not a regular file`)
    const handle = await open(real, FLAGS)
    try {
      await checkOpened(handle, real, root)
    } catch (thrown) {
      await handle.close()
      throw thrown
    }
    return { path: real, root, handle }
  } catch (thrown) {
    throw toFileFailure(thrown, real)
  }
}

const checkOpened = async (handle: FileHandle, real: string, root: string): Promise<void> => {
  const stat = await handle.stat()
  if (!stat.isFile()) throw new Failure('NOT_A_REGULAR_FILE', `${real} is not a regular file`)
  const opened = (await descriptorPath(handle)) ?? (await samePath(handle, real))
  if (opened === null || isKernelPath(opened) || !isWithin(opened, root))
    throw new Failure('PATH_ESCAPE', `${real} left its allowed folder while it was opened`)
}

/** Returns where the kernel says the descriptor points; null where it does not say. A deleted file keeps its former path. */
const descriptorPath = async (handle: FileHandle): Promise<string | null> => {
  try {
    return (await readlink(`/proc/self/fd/${handle.fd}`)).replace(/ \(deleted\)$/, '')
  } catch {
    return null
  }
}

/** For systems without /proc: the name must still lead, without links, to the very file that is open. */
const samePath = async (handle: FileHandle, real: string): Promise<string | null> => {
  const now = await realpath(real)
  const [open, named] = await Promise.all([handle.stat({ bigint: true }), lstat(now, { bigint: true })])
  return open.ino === named.ino && open.dev === named.dev ? now : null
}
