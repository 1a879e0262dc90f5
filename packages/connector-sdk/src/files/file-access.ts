import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@inlet/domain'
import type { FileAccess } from '../context.js'
import { toFileFailure } from './file-failure.js'
import { openRegular } from './open-regular.js'
import { checkPathForm, isKernelPath, isWithin, refuse } from './path-form.js'

export interface FileAccessOptions {
  /** Absolute folders that the operator allows; they may be links and need not exist yet. */
  readonly roots: readonly string[]
  /** Finds the bytes of an accepted upload; throws NOT_FOUND_UPSTREAM. */
  readonly openUpload: FileAccess['openUpload']
}

interface Root {
  readonly given: string
  readonly real: string
}

interface Place {
  readonly real: string
  readonly root: string
}

/**
 * Gives access to files below the operator's roots and to uploads, and to nothing else. Relative paths are looked up below
 * each root in turn. Throws RangeError for a root that is not absolute.
 */
export const createFileAccess = ({ roots, openUpload }: FileAccessOptions): FileAccess => {
  for (const root of roots) if (!path.isAbsolute(root)) throw new RangeError(`the root ${root} is not absolute`)
  const existing = () => existingRoots(roots)
  return {
    roots: async () => (await existing()).map((root) => root.real),
    resolve: async (input) => (await locate(input, roots, await existing())).real,
    open: async (input) => openRegular(await locate(input, roots, await existing())),
    openUpload,
  }
}

/** Throws FILE_NOT_READABLE for a root that this process may not look at: it may be there all the same. */
const existingRoots = async (roots: readonly string[]): Promise<readonly Root[]> => {
  const found: Root[] = []
  for (const root of roots) {
    try {
      const real = await realpath(root)
      if (!isKernelPath(real)) found.push({ given: path.resolve(root), real })
    } catch (thrown) {
      const failure = toFileFailure(thrown, root)
      // A root that is not mounted right now allows nothing.
      if (failure.reason === 'FILE_NOT_READABLE') throw failure
    }
  }
  return found
}

const locate = async (input: string, configured: readonly string[], roots: readonly Root[]): Promise<Place> => {
  checkPathForm(input)
  if (!path.isAbsolute(input)) return locateRelative(input, configured, roots)
  const wanted = path.resolve(input)
  const root = innermost(roots.filter(({ given, real }) => isWithin(wanted, given) || isWithin(wanted, real)))
  if (root === undefined) {
    if (!isKernelPath(wanted) && configured.some((folder) => isWithin(wanted, path.resolve(folder))))
      throw new Failure('NOT_FOUND_UPSTREAM', `the allowed folder of ${input} does not exist now`)
    throw refuse(`${input} is outside of the allowed folders`)
  }
  return resolveLink(wanted, root, input)
}

const locateRelative = async (input: string, configured: readonly string[], roots: readonly Root[]): Promise<Place> => {
  if (configured.length === 0) throw refuse('no folder is allowed')
  for (const root of roots) {
    try {
      return await resolveLink(path.resolve(root.real, input), root, input)
    } catch (thrown) {
      if (!(thrown instanceof Failure && thrown.reason === 'NOT_FOUND_UPSTREAM')) throw thrown
    }
  }
  throw new Failure('NOT_FOUND_UPSTREAM', `${input} does not exist below an allowed folder`)
}

const innermost = (roots: readonly Root[]): Root | undefined => [...roots].sort((a, b) => b.real.length - a.real.length)[0]

const resolveLink = async (wanted: string, root: Root, input: string): Promise<Place> => {
  let real: string
  try {
    real = await realpath(wanted)
  } catch (thrown) {
    throw toFileFailure(thrown, input)
  }
  if (isKernelPath(real) || !isWithin(real, root.real)) throw new Failure('PATH_ESCAPE', `${input} leaves its allowed folder through a link`)
  return { real, root: root.real }
}
