import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { Failure, type FileAccess, toFileFailure } from '@inlet/connector-sdk'
import { matcher, parseGlob, relativeTo } from './glob.js'

/** The files a source names. */
export interface Paths {
  /** Files, folders or globs. */
  readonly paths: readonly string[]
  /** Globs of files to leave out, relative to the allowed folder. */
  readonly exclude: readonly string[]
  /** Whether a folder includes its subfolders. */
  readonly recursive: boolean
}

/** One entry of `paths`, as found in the file system. */
interface Target {
  /** A folder, or the one file that is meant. */
  readonly base: string
  readonly file: boolean
  /** How many folders deep below the base, itself included, a selected file can be. */
  readonly depth: number
  readonly matches: (relative: string) => boolean
}

/** What the paths of a source stand for. */
export interface Targets {
  /** The allowed folder that contains them. */
  readonly root: string
  /** Folders to walk, none inside another, in order. */
  readonly tops: readonly string[]
  /** Files named outright that do not exist. */
  readonly missing: readonly string[]
  /** Whether a folder below a top can contain a selected file. */
  readonly enters: (folder: string) => boolean
  readonly accepts: (file: string) => boolean
}

/**
 * Finds the folders and files that `paths` names. Null when there are none. Throws what `files.resolve` throws for a
 * folder, with the field, since a folder that is not mounted must not look like an emptied one; and
 * VALIDATION_FAILED when the paths lie below different allowed folders.
 */
export const findTargets = async (config: Paths, files: FileAccess): Promise<Targets | null> => {
  const targets: Target[] = []
  const missing: string[] = []
  for (const [index, pattern] of config.paths.entries()) {
    const field = `config.paths.${index}`
    const target = await findTarget(pattern, { config, files, field })
    if (target === null) missing.push(pattern)
    else targets.push(target)
  }
  if (targets.length === 0) return config.paths.length === 0 ? null : { root: '', tops: [], missing, enters: () => false, accepts: () => false }
  const root = await commonRoot(targets, files)
  const excluded = config.exclude.map(matcher)
  return {
    root,
    tops: outermost(targets.map((target) => (target.file ? path.dirname(target.base) : target.base))),
    missing,
    enters: (folder) =>
      targets.some(
        (target) => below(target.base, folder) || (!target.file && below(folder, target.base) && levels(target.base, folder) < target.depth),
      ),
    accepts: (file) =>
      targets.some((target) => (target.file ? file === target.base : below(file, target.base) && target.matches(relativeTo(target.base, file)))) &&
      !excluded.some((matches) => matches(relativeTo(root, file))),
  }
}

const below = (candidate: string, folder: string): boolean =>
  candidate === folder || candidate.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)

const findTarget = async (pattern: string, { config, files, field }: { config: Paths; files: FileAccess; field: string }): Promise<Target | null> => {
  const glob = parseGlob(pattern)
  let base: string
  try {
    base = await files.resolve(glob.base === '' ? '.' : glob.base)
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    if (thrown.reason === 'NOT_FOUND_UPSTREAM' && glob.matches === undefined && (await parentExists(pattern, files))) return null
    throw new Failure(thrown.reason, thrown.message, { field, cause: thrown })
  }
  const file = await isFile(base)
  if (file && glob.matches !== undefined) throw new Failure('NOT_FOUND_UPSTREAM', `${glob.base} is a file, not a folder`, { field })
  if (glob.matches !== undefined) return { base, file, depth: glob.depth, matches: glob.matches }
  return { base, file, depth: config.recursive ? Number.POSITIVE_INFINITY : 1, matches: matcher(config.recursive ? '**' : '*') }
}

const levels = (base: string, folder: string): number => (folder === base ? 0 : relativeTo(base, folder).split('/').length)

/** Everything but a folder counts as a file; one that is not regular is refused when it is opened. */
const isFile = async (base: string): Promise<boolean> => {
  try {
    return !(await lstat(base)).isDirectory()
  } catch (thrown) {
    throw toFileFailure(thrown, base)
  }
}

const parentExists = async (file: string, files: FileAccess): Promise<boolean> => {
  try {
    await files.resolve(path.dirname(file))
    return true
  } catch {
    return false
  }
}

const commonRoot = async (targets: readonly Target[], files: FileAccess): Promise<string> => {
  const roots = await files.roots()
  const found = new Set(targets.map(({ base }) => roots.filter((root) => below(base, root)).sort((a, b) => b.length - a.length)[0]))
  const [root] = found
  if (root === undefined || found.size > 1)
    throw new Failure('VALIDATION_FAILED', 'the paths lie below different allowed folders, so keys could collide; make a source for each', {
      field: 'config.paths',
    })
  return root
}

const outermost = (folders: readonly string[]): readonly string[] =>
  [...new Set(folders)]
    .filter((folder, _index, all) => !all.some((other) => other !== folder && below(folder, other)))
    .sort((a, b) => (`${a}${path.sep}` < `${b}${path.sep}` ? -1 : 1))
