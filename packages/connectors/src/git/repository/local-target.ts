import { Failure } from '@inlet/connector-sdk'
import type { GitSetup } from '../cli/git-environment.js'
import { runGit } from '../cli/run-git.js'
import { shortName, type Target } from './repository.js'

/** Finds the commit of a branch or tag, or of HEAD; null when HEAD is a branch without commits. Throws INVALID_REF. */
export const findLocalTarget = async (setup: GitSetup, branch: string | undefined, signal: AbortSignal): Promise<Target | null> => {
  if (branch !== undefined) {
    const found = await findRef(setup, [`refs/heads/${branch}`, `refs/tags/${branch}`], signal)
    if (found === null) throw new Failure('INVALID_REF', `the repository has no branch or tag ${branch}`, { field: 'config.branch' })
    return found
  }
  const ref = await runGit(setup, ['rev-parse', '--symbolic-full-name', 'HEAD'], signal).catch(nothingWhenInvalid)
  if (ref.trim().startsWith('refs/')) return findRef(setup, [ref.trim()], signal)
  const head = await runGit(setup, ['rev-parse', '--verify', 'HEAD^{commit}'], signal).catch(nothingWhenInvalid)
  return head === '' ? null : { ref: 'HEAD', branch: 'HEAD', head: head.trim() }
}

const nothingWhenInvalid = (thrown: unknown): string => {
  if (thrown instanceof Failure && thrown.reason === 'INVALID_REF') return ''
  throw thrown
}

/** Finds the first of the full names that exists and leads to a commit. */
const findRef = async (setup: GitSetup, names: readonly string[], signal: AbortSignal): Promise<Target | null> => {
  const format = '--format=%(refname)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)'
  const lines = (await runGit(setup, ['for-each-ref', format, ...names], signal)).split('\n').map((line) => line.split('\0'))
  for (const name of names) {
    const [, type, id, peeledType, peeledId] = lines.find(([ref]) => ref === name) ?? []
    const head = type === 'commit' ? id : peeledType === 'commit' ? peeledId : undefined
    if (head !== undefined) return { ref: name, branch: shortName(name), head }
  }
  return null
}
