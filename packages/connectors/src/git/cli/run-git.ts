import { Failure } from '@inlet/connector-sdk'
import type { GitSetup } from './git-environment.js'
import { startGit } from './git-process.js'

const MAX_BYTES = 1024 * 1024

/** Runs git to completion and returns its output, at most 1 MiB. Throws as `GitProcess.done` does. */
export const runGit = async (setup: GitSetup, args: readonly string[], signal: AbortSignal): Promise<string> => {
  const git = startGit(setup, args, signal)
  git.stdin.end()
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of git.stdout as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= MAX_BYTES) chunks.push(chunk)
    }
  } catch {
    // The output of an aborted process is destroyed; `done` reports that.
  }
  await git.done
  return Buffer.concat(chunks).toString('utf8')
}

/** Whether the repository contains a commit with this id. */
export const commitExists = async (setup: GitSetup, id: string, signal: AbortSignal): Promise<boolean> => {
  try {
    return (await runGit(setup, ['cat-file', '-t', id], signal)).trim() === 'commit'
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.code === 'upstream_invalid') return false
    throw thrown
  }
}

/** The first version with http.curloptResolve and --since-as-filter. */
const MIN: readonly [number, number] = [2, 37]

/** Returns a check that throws GIT_NOT_INSTALLED when git is missing or older than 2.37; it stops asking git once it has passed. */
export const createGitRequirement = (): ((setup: GitSetup, signal: AbortSignal) => Promise<void>) => {
  let met = false
  return async (setup, signal) => {
    if (met) return
    const text = await runGit(setup, ['version'], signal)
    met = isRecentEnough(text)
    if (!met) throw new Failure('GIT_NOT_INSTALLED', `git ${MIN.join('.')} or newer is needed; the worker has "${text.trim().slice(0, 60)}"`)
  }
}

/** Whether the output of `git version` names 2.37 or newer. Pure. */
export const isRecentEnough = (text: string): boolean => {
  const match = /(\d+)\.(\d+)/.exec(text)
  const major = Number(match?.[1] ?? 0)
  return major > MIN[0] || (major === MIN[0] && Number(match?.[2] ?? 0) >= MIN[1])
}
