import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@inlet/domain'
import type { FileAccess } from '../context.js'
import { toFileFailure, toFolderFailure } from './file-failure.js'
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
  /** The failure of a root that cannot be looked at now. */
  readonly real: string | Failure
}

type ReadyRoot = Root & { readonly real: string }

interface Place {
  readonly real: string
  readonly root: string
}

/**
 * Gives access to files below the operator's roots and to uploads, and to nothing else. Relative paths are looked up below
 * each root in turn. A root that is missing or cannot be read fails what concerns it with FILES_UNAVAILABLE or FILE_NOT_READABLE, both for
 * operators. Throws RangeError for a root that is not absolute.
 */
export const createFileAccess = ({ roots, openUpload }: FileAccessOptions): FileAccess => {
  for (const root of roots) if (!path.isAbsolute(root)) throw new RangeError(`the root ${root} is not absolute`)
  const look = () => lookAtRoots(roots)
  return {
    roots: async () => readyRoots(await look()),
    resolve: async (input) => (await locate(input, await look())).real,
    open: async (input) => openRegular(await locate(input, await look())),
    openUpload,
  }
}

const lookAtRoots = async (roots: readonly string[]): Promise<readonly Root[]> => {
  const found: Root[] = []
  for (const root of roots) {
    const given = path.resolve(root)
    try {
      const real = await realpath(root)
      if (!isKernelPath(real)) found.push({ given, real })
    } catch (thrown) {
      if (!isKernelPath(given)) found.push({ given, real: toFolderFailure(thrown, root, 'the allowed folder') })
    }
  }
  return found
}

const isReady = (root: Root): root is ReadyRoot => !(root.real instanceof Failure)

const requireReady = (root: Root): ReadyRoot => {
  if (isReady(root)) return root
  throw root.real
}

/** Throws the failure of the first root if none can be read: an empty list would look as if nothing were allowed. */
const readyRoots = (roots: readonly Root[]): readonly string[] => {
  const ready = roots.filter(isReady)
  const [first] = roots
  if (ready.length === 0 && first !== undefined) requireReady(first)
  return ready.map(({ real }) => real)
}

const locate = async (input: string, roots: readonly Root[]): Promise<Place> => {
  checkPathForm(input)
  if (!path.isAbsolute(input)) return locateRelative(input, roots)
  const wanted = path.resolve(input)
  const root = innermost(roots.filter((one) => isWithin(wanted, one.given) || (isReady(one) && isWithin(wanted, one.real))))
  if (root === undefined) throw refuse(`${input} is outside of the allowed folders`)
  return resolveLink(wanted, requireReady(root), input)
}

/** Stops at a root that cannot be read: what a later one has under the same name would take the place of its files. */
const locateRelative = async (input: string, roots: readonly Root[]): Promise<Place> => {
  if (roots.length === 0) throw refuse('no folder is allowed')
  for (const one of roots) {
    const root = requireReady(one)
    try {
      return await resolveLink(path.resolve(root.real, input), root, input)
    } catch (thrown) {
      if (!(thrown instanceof Failure && thrown.reason === 'NOT_FOUND_UPSTREAM')) throw thrown
    }
  }
  throw new Failure('NOT_FOUND_UPSTREAM', `there is no "${input}" below an allowed folder`)
}

const lengthOf = (root: Root): number => (isReady(root) ? root.real : root.given).length
const innermost = (roots: readonly Root[]): Root | undefined => [...roots].sort((a, b) => lengthOf(b) - lengthOf(a))[0]

const resolveLink = async (wanted: string, root: ReadyRoot, input: string): Promise<Place> => {
  let real: string
  try {
    real = await realpath(wanted)
  } catch (thrown) {
    throw toFileFailure(thrown, input)
  }
  if (isKernelPath(real) || !isWithin(real, root.real)) throw new Failure('PATH_ESCAPE', `${input} leaves its allowed folder through a link`)
  return { real, root: root.real }
}
