import { runGit } from '../cli/run-git.js'
import type { RemoteAccess } from './remote-access.js'
import { shortName, type Target } from './repository.js'

/** Returns what a branch, a tag or HEAD of the remote names now; null if it does not exist. Throws all network failures. */
export const findRemoteTarget = async (
  { setup, url }: Pick<RemoteAccess, 'setup' | 'url'>,
  branch: string | undefined,
  signal: AbortSignal,
): Promise<Target | null> => {
  const patterns = branch === undefined ? ['HEAD'] : [`refs/heads/${branch}`, `refs/tags/${branch}`, `refs/tags/${branch}^{}`]
  return parseRemoteTarget(await runGit(setup, ['ls-remote', '--symref', '--', url, ...patterns], signal), branch)
}

/** Parses the output of `git ls-remote --symref`. Pure. */
export const parseRemoteTarget = (answer: string, branch: string | undefined): Target | null => {
  const ids = new Map<string, string>()
  let symbolic: string | undefined
  for (const line of answer.split('\n')) {
    const [value, name] = line.split('\t')
    if (value === undefined || name === undefined) continue
    if (!value.startsWith('ref: ')) ids.set(name, value)
    else if (name === 'HEAD') symbolic = value.slice('ref: '.length)
  }
  if (branch === undefined) {
    const head = ids.get('HEAD')
    const ref = symbolic?.startsWith('refs/heads/') === true ? symbolic : 'HEAD'
    return head === undefined ? null : { ref, branch: shortName(ref), head }
  }
  for (const ref of [`refs/heads/${branch}`, `refs/tags/${branch}`]) {
    const head = ids.get(`${ref}^{}`) ?? ids.get(ref)
    if (head !== undefined) return { ref, branch, head }
  }
  return null
}
