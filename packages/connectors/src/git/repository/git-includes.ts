import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { type ConnectorContext, Failure } from '@inlet/connector-sdk'
import type { GitSetup } from '../cli/git-environment.js'
import { runGit } from '../cli/run-git.js'
import type { GitFolders } from './git-folders.js'

/** Git follows ten levels. */
const MAX_LEVELS = 10

/**
 * Throws PATH_NOT_ALLOWED or PATH_ESCAPE when a repository's configuration includes a file outside the allowed roots (`include.path`,
 * `includeIf.….path`), whatever the condition. Includes in the home folder are not found: a git process has no home.
 * @param setup without a repository, so that its configuration is not read yet
 */
export const requireIncludesInside = async (
  files: ConnectorContext['files'],
  setup: GitSetup,
  { folders, signal }: { readonly folders: GitFolders; readonly signal: AbortSignal },
): Promise<void> => {
  const queue = [folders.commonDir, folders.gitDir]
    .flatMap((folder) => [path.join(folder, 'config'), path.join(folder, 'config.worktree')])
    .map((file) => ({ file, level: 0 }))
  const seen = new Set<string>()
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { file, level } = next
    if (seen.has(file) || !(await lstat(file).catch(() => null))) continue
    seen.add(file)
    const listed = await runGit(setup, ['config', '--file', file, '--no-includes', '--null', '--list'], signal)
    for (const target of listed.split('\0').flatMap(toInclude)) {
      if (target.startsWith('~')) continue
      const included = await resolveIfThere(files, path.resolve(path.dirname(file), target))
      if (included === null) continue
      if (level >= MAX_LEVELS) throw new Failure('PATH_NOT_ALLOWED', `${file} is included over more than ${MAX_LEVELS} files`)
      queue.push({ file: included, level: level + 1 })
    }
  }
}

/** `include.path` or `includeif.<condition>.path`, then a line break and the value. */
const toInclude = (line: string): string[] => {
  const at = line.indexOf('\n')
  return at > 0 && /^(include|includeif\..*)\.path$/is.test(line.slice(0, at)) ? [line.slice(at + 1)] : []
}

const resolveIfThere = async (files: ConnectorContext['files'], file: string): Promise<string | null> => {
  try {
    return await files.resolve(file)
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.reason === 'NOT_FOUND_UPSTREAM') return null
    throw thrown
  }
}
