import type { ConnectorContext } from '@inlet/connector-sdk'
import { Failure } from '@inlet/connector-sdk'
import type { GitSetup } from '../cli/git-environment.js'
import { createGitRequirement, runGit } from '../cli/run-git.js'
import type { GitConfig, GitSecrets } from '../config.js'
import { findGitFolders } from './git-folders.js'
import { requireIncludesInside } from './git-includes.js'
import { findLocalTarget } from './local-target.js'
import type { Repository } from './repository.js'

/** A repository below an allowed root, read in place and never written to. */
export const createLocalRepository = (ctx: ConnectorContext<GitConfig, GitSecrets>, path: string): Repository => {
  const requireGit = createGitRequirement()
  const locate = async (signal: AbortSignal): Promise<GitSetup> => {
    const folders = await findGitFolders(ctx.files, await ctx.files.resolve(path))
    const plain: GitSetup = { workDir: ctx.workDir, protocols: 'none' }
    await requireGit(plain, signal)
    await requireIncludesInside(ctx.files, plain, { folders, signal })
    const setup = { ...plain, gitDir: folders.gitDir }
    const answer = await runGit(setup, ['rev-parse', '--path-format=absolute', '--absolute-git-dir', '--git-common-dir'], signal)
    const [gitDir, commonDir] = answer.trim().split('\n')
    if (gitDir === undefined || commonDir === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `${path} is not a git repository`)
    // Git must mean the folders that were checked.
    for (const found of [gitDir, commonDir])
      if (![folders.gitDir, folders.commonDir].includes(await ctx.files.resolve(found)))
        throw new Failure('PATH_NOT_ALLOWED', `git would use another folder as the repository of ${path}`)
    return { ...setup, gitDir }
  }
  return {
    async refresh(signal) {
      const setup = await locate(signal)
      return { setup, target: await findLocalTarget(setup, ctx.config.branch, signal) }
    },
    async check(signal) {
      await findLocalTarget(await locate(signal), ctx.config.branch, signal)
    },
  }
}
