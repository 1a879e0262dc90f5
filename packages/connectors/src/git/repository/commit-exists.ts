import { Failure } from '@inlet/connector-sdk'
import type { GitSetup } from '../cli/git-environment.js'
import { runGit } from '../cli/run-git.js'

/** Whether the repository holds a commit with this id. */
export const commitExists = async (setup: GitSetup, id: string, signal: AbortSignal): Promise<boolean> => {
  try {
    return (await runGit(setup, ['cat-file', '-t', id], signal)).trim() === 'commit'
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'upstream_invalid') return false
    throw thrown
  }
}
