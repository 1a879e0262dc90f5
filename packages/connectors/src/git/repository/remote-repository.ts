import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type ConnectorContext, Failure, toWorkFolderFailure } from '@inlet/connector-sdk'
import type { GitSetup } from '../cli/git-environment.js'
import { createGitRequirement, runGit } from '../cli/run-git.js'
import type { GitConfig, GitSecrets } from '../config.js'
import { openRemoteAccess, type RemoteAccess } from './remote-access.js'
import { findRemoteTarget } from './remote-target.js'
import type { Repository, Target } from './repository.js'
import { watchSize } from './size-watch.js'

/** The branch that is read, in the mirror. */
const MIRROR_REF = 'refs/inlet/target'

/** A remote repository, mirrored into the work folder: only the branch that is read, without a work tree. */
export const createRemoteRepository = (ctx: ConnectorContext<GitConfig, GitSecrets>, url: string): Repository => {
  const gitDir = path.join(ctx.workDir, `mirror-${createHash('sha256').update(url).digest('hex').slice(0, 12)}`)
  const local: GitSetup = { workDir: ctx.workDir, gitDir, protocols: 'none' }

  const requireGit = createGitRequirement()
  const ask = async (signal: AbortSignal): Promise<Remote> => {
    await requireGit({ workDir: ctx.workDir, protocols: 'none' }, signal)
    const access = await openRemoteAccess(ctx, url, signal)
    const { branch } = ctx.config
    const target = await findRemoteTarget(access, branch, signal)
    if (target === null) {
      await requireGitServer(ctx, access, signal)
      if (branch !== undefined) throw new Failure('INVALID_REF', `the remote has no branch or tag ${branch}`, { field: 'config.branch' })
    }
    return { access, target }
  }

  return {
    async refresh(signal) {
      const { access, target } = await ask(signal)
      if (target === null) return { setup: local, target }
      await prepare(ctx.workDir, gitDir, target, signal).catch((thrown: unknown) => {
        throw toWorkFolderFailure(thrown, ctx.workDir)
      })
      if ((await mirrored(local, signal)) !== target.head) {
        await fetchTarget({ access, target, gitDir, maxBytes: ctx.config.maxRepositoryBytes }, signal)
      }
      const head = await mirrored(local, signal)
      if (head === null) throw new Failure('INVALID_REF', `${target.ref} does not lead to a commit`, { field: 'config.branch' })
      return { setup: local, target: { ...target, head } }
    },
    async check(signal) {
      await ask(signal)
    },
  }
}

interface Remote {
  readonly access: RemoteAccess
  readonly target: Target | null
}

interface FetchOrder {
  readonly access: RemoteAccess
  readonly target: Target
  readonly gitDir: string
  readonly maxBytes: number
}

/** Creates an empty mirror, or cleans the existing one of what a killed process left in it. Removes mirrors of other URLs. */
const prepare = async (workDir: string, gitDir: string, target: Target, signal: AbortSignal): Promise<void> => {
  for (const name of await readdir(workDir))
    if (name.startsWith('mirror-') && name !== path.basename(gitDir)) await rm(path.join(workDir, name), { recursive: true, force: true })
  await removeLeftovers(gitDir)
  await mkdir(gitDir, { recursive: true })
  const format = target.head.length === 64 ? 'sha256' : 'sha1'
  await runGit({ workDir, protocols: 'none' }, ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, gitDir], signal)
}

const mirrored = async (local: GitSetup, signal: AbortSignal): Promise<string | null> => {
  try {
    return (await runGit(local, ['rev-parse', '--verify', `${MIRROR_REF}^{commit}`], signal)).trim()
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.reason === 'INVALID_REF') return null
    throw thrown
  }
}

const fetchTarget = async ({ access, target, gitDir, maxBytes }: FetchOrder, signal: AbortSignal): Promise<void> => {
  using watch = watchSize(path.join(gitDir, 'objects', 'pack'), maxBytes)
  const flags = ['--quiet', '--force', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head']
  const tooLarge = async (): Promise<never> => {
    await rm(gitDir, { recursive: true, force: true })
    throw new Failure('RESPONSE_TOO_LARGE', `the repository is larger than ${maxBytes} bytes`, { field: 'config.maxRepositoryBytes' })
  }
  try {
    await runGit(
      { ...access.setup, gitDir },
      ['fetch', ...flags, '--', access.url, `+${target.ref}:${MIRROR_REF}`],
      AbortSignal.any([signal, watch.signal]),
    )
  } catch (thrown) {
    if (watch.signal.aborted && !signal.aborted) return tooLarge()
    // A damaged mirror must not stay damaged forever.
    if (thrown instanceof Failure && thrown.reason === 'UPSTREAM_INVALID') await rm(gitDir, { recursive: true, force: true })
    // What was fetched in part would keep the disk full until the next run.
    if (thrown instanceof Failure && thrown.reason === 'DISK_FULL') await removeLeftovers(gitDir)
    throw thrown
  }
  if (await watch.isExceeded()) return tooLarge()
}

const LEFT_OVER = /\.lock$|^tmp_|^\.tmp-/

/** Removes lock files and temporary packs of a killed git process; only one run at a time uses the folder. */
const removeLeftovers = async (gitDir: string): Promise<void> => {
  const entries = await readdir(gitDir, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (LEFT_OVER.test(entry.name)) await rm(path.join(entry.parentPath, entry.name), { recursive: true, force: true })
}

const SMART = 'application/x-git-upload-pack-advertisement'

/**
 * Throws UPSTREAM_INVALID unless a git server answers at the URL. Git takes a web page for a repository without
 * branches, so this is checked whenever a remote seems to be empty.
 */
const requireGitServer = async (ctx: ConnectorContext, access: RemoteAccess, signal: AbortSignal): Promise<void> => {
  const response = await ctx.http.request({
    url: `${access.url.replace(/\/+$/, '')}/info/refs?service=git-upload-pack`,
    headers: access.authorization === null ? {} : { authorization: access.authorization },
    maxRedirects: 0,
    signal,
  })
  response.discard()
  const type = response.headers['content-type'] ?? 'no content type'
  if (!type.startsWith(SMART))
    throw new Failure('UPSTREAM_INVALID', `the address answers with ${type.slice(0, 80)}, not as a git server`, { field: 'config.url' })
}
