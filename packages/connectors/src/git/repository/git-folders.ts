import type { Dirent } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type ConnectorContext, Failure, toFileFailure } from '@inlet/connector-sdk'

type Files = ConnectorContext['files']

/** Borrowed object folders may borrow in turn; git follows five levels. */
const MAX_BORROWING = 5
/** What git does not read for us: programs, repositories of submodules, other work trees, large files kept elsewhere. */
const NOT_READ = new Set(['hooks', 'modules', 'worktrees', 'lfs', 'annex', 'rr-cache'])
const MAX_POINTER_BYTES = 8_192

export interface GitFolders {
  /** The folder of this work tree. */
  readonly gitDir: string
  /** The folder shared by all work trees of the repository; often the same. */
  readonly commonDir: string
}

/**
 * Finds the folders of a repository without git, which would read what a pointer leads to before anyone could
 * refuse it. Throws PATH_NOT_ALLOWED or PATH_ESCAPE unless everything that git would read lies below allowed
 * roots: pointers (`.git` files, `commondir`), links of any file or folder, and borrowed objects
 * (`objects/info/alternates`) can name any path. Throws NOT_A_REGULAR_FILE for pipes, which would never end.
 */
export const findGitFolders = async (files: Files, repository: string): Promise<GitFolders> => {
  const gitDir = await followGitFile(files, repository)
  const common = await readPointer(path.join(gitDir, 'commondir'))
  const commonDir = common === null ? gitDir : await files.resolve(path.resolve(gitDir, common))
  const walked = new Set<string>()
  for (const folder of new Set([gitDir, commonDir])) await requireInside(files, folder, walked)
  for (const folder of new Set([gitDir, commonDir])) await requireBorrowed(files, path.join(folder, 'objects'), { levels: MAX_BORROWING, walked })
  return { gitDir, commonDir }
}

/** `.git` may be a file that names the folder. */
const followGitFile = async (files: Files, repository: string): Promise<string> => {
  const inside = await files.resolve(path.join(repository, '.git')).catch((thrown: unknown) => {
    if (thrown instanceof Failure && thrown.reason === 'NOT_FOUND_UPSTREAM') return repository
    throw thrown
  })
  if (!(await lstat(inside)).isFile()) return inside
  const target = /^gitdir: (.+)$/s.exec((await readPointer(inside)) ?? '')?.[1]
  if (target === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `${repository} is not a git repository: its .git names no folder`)
  return files.resolve(path.resolve(path.dirname(inside), target))
}

/** Returns null if there is none; a link is refused with the other links of its folder. */
const readPointer = async (file: string): Promise<string | null> => {
  const stat = await lstat(file).catch(() => null)
  if (stat === null || !stat.isFile() || stat.size > MAX_POINTER_BYTES) return null
  return (await readFile(file, 'utf8')).replace(/[\r\n]+$/, '')
}

/** Resolves every link below a folder, which is given by its real path; a folder that a link leads to is walked as well. */
const requireInside = async (files: Files, real: string, walked: Set<string>, top = true): Promise<void> => {
  if (walked.has(real)) return
  walked.add(real)
  for (const entry of await listFolder(real)) {
    const place = path.join(real, entry.name)
    if (top && NOT_READ.has(entry.name)) continue
    if (entry.isDirectory()) await requireInside(files, place, walked, false)
    else if (entry.isSymbolicLink()) await requireLink(files, place, walked)
    else if (entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice())
      throw new Failure('NOT_A_REGULAR_FILE', `${place} is a pipe or a device, which no git repository has`)
  }
}

/** Returns an empty list for a folder that another git process has just removed. */
const listFolder = async (folder: string): Promise<readonly Dirent[]> => {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (thrown) {
    const failure = toFileFailure(thrown, folder)
    if (failure.reason === 'NOT_FOUND_UPSTREAM') return []
    throw failure
  }
}

const requireLink = async (files: Files, link: string, walked: Set<string>): Promise<void> => {
  let real: string
  try {
    real = await files.resolve(link)
  } catch (thrown) {
    // A dangling link leads nowhere.
    if (thrown instanceof Failure && thrown.reason === 'NOT_FOUND_UPSTREAM') return
    throw thrown
  }
  const stat = await lstat(real)
  if (stat.isDirectory()) await requireInside(files, real, walked, false)
  else if (!stat.isFile()) throw new Failure('NOT_A_REGULAR_FILE', `${link} leads to a pipe or a device, which no git repository has`)
}

const requireBorrowed = async (files: Files, objects: string, { levels, walked }: { levels: number; walked: Set<string> }): Promise<void> => {
  const list = await readFile(path.join(objects, 'info', 'alternates'), 'utf8').catch(() => '')
  for (const line of list.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    if (line.startsWith('"')) throw new Failure('PATH_NOT_ALLOWED', `${objects} borrows from a folder whose name is quoted, which is not followed`)
    const borrowed = await files.resolve(path.resolve(objects, line))
    if (walked.has(borrowed)) continue
    if (levels === 0) throw new Failure('PATH_NOT_ALLOWED', `${objects} borrows objects over more than ${MAX_BORROWING} repositories`)
    await requireInside(files, borrowed, walked, false)
    await requireBorrowed(files, borrowed, { levels: levels - 1, walked })
  }
}
