import { Failure } from '@inlet/connector-sdk'
import type { GitSetup } from './git-environment.js'
import { runGit } from './run-git.js'

/** The first version with http.curloptResolve and --since-as-filter. */
const MIN: readonly [number, number] = [2, 37]

/** Makes a check that throws GIT_NOT_INSTALLED when git is missing or older than 2.37; asks git only until it was content once. */
export const createGitRequirement = (): ((setup: GitSetup, signal: AbortSignal) => Promise<void>) => {
  let met = false
  return async (setup, signal) => {
    if (met) return
    const text = await runGit(setup, ['version'], signal)
    met = isRecentEnough(text)
    if (!met) throw new Failure('GIT_NOT_INSTALLED', `git ${MIN.join('.')} or newer is needed; the worker has "${text.trim().slice(0, 60)}"`)
  }
}

/** Whether the answer of `git version` names 2.37 or newer. Pure. */
export const isRecentEnough = (text: string): boolean => {
  const match = /(\d+)\.(\d+)/.exec(text)
  const major = Number(match?.[1] ?? 0)
  return major > MIN[0] || (major === MIN[0] && Number(match?.[2] ?? 0) >= MIN[1])
}
