import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findCommand } from '@inlet/testing'

export interface CommitSpec {
  readonly message: string | Buffer
  /** Path to content; null removes the path. */
  readonly files?: Readonly<Record<string, string | Buffer | null>>
  /** Path to link target. */
  readonly links?: Readonly<Record<string, string>>
  readonly author?: string
  /** Seconds since 1970; default rises by a minute with every commit. */
  readonly time?: number
  /** Default main. */
  readonly branch?: string
  /** Start the branch anew from this ref or mark, instead of going on from its head. */
  readonly from?: string
  readonly merge?: string
}

export interface TestRepository {
  /** The bare repository. */
  readonly path: string
  commit(...commits: readonly CommitSpec[]): void
  git(...args: readonly string[]): string
  /** The ids of all commits of a branch, newest first, as git itself lists them. */
  ids(branch?: string): readonly string[]
  remove(): void
}

/** A bare repository in a temporary folder, written with git fast-import. The caller removes it. */
export const createTestRepository = (folder = mkdtempSync(path.join(tmpdir(), 'inlet-git-repo-')), name = 'sample.git'): TestRepository => {
  const repository = path.join(folder, name)
  const run = (args: readonly string[], input?: Buffer): string =>
    execFileSync('git', args, {
      cwd: folder,
      ...(input === undefined ? {} : { input }),
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
    })
  run(['init', '--quiet', '--bare', '--initial-branch=main', repository])
  let time = 1_700_000_000
  const git = (...args: readonly string[]): string => run(['--git-dir', repository, ...args])
  return {
    path: repository,
    git,
    commit(...commits) {
      const known = new Set(git('for-each-ref', '--format=%(refname:short)').split('\n'))
      const parts: Buffer[] = []
      for (const commit of commits) {
        const branch = commit.branch ?? 'main'
        time = commit.time ?? time + 60
        parts.push(...importCommit(commit, { branch, time, goesOn: known.has(branch) }))
        // Within one stream fast-import itself knows where a branch is.
        known.delete(branch)
      }
      run(['--git-dir', repository, 'fast-import', '--quiet', '--force'], Buffer.concat(parts))
    },
    ids: (branch = 'main') =>
      git('rev-list', branch)
        .split('\n')
        .filter((line) => line !== ''),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const data = (content: string | Buffer): Buffer[] => {
  const bytes = Buffer.from(content)
  return [Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]
}

const importCommit = (commit: CommitSpec, { branch, time, goesOn }: { branch: string; time: number; goesOn: boolean }): Buffer[] => {
  const who = `${commit.author ?? 'Ada Lovelace <ada@example.org>'} ${time} +0000`
  const from = commit.from ?? (goesOn ? `refs/heads/${branch}^0` : undefined)
  return [
    Buffer.from(`commit refs/heads/${branch}\nauthor ${who}\ncommitter ${who}\n`),
    ...data(commit.message),
    Buffer.from(from === undefined ? '' : `from ${from}\n`),
    Buffer.from(commit.merge === undefined ? '' : `merge ${commit.merge}\n`),
    ...Object.entries(commit.files ?? {}).flatMap(([file, content]) =>
      content === null ? [Buffer.from(`D ${file}\n`)] : [Buffer.from(`M 100644 inline ${file}\n`), ...data(content)],
    ),
    ...Object.entries(commit.links ?? {}).flatMap(([file, target]) => [Buffer.from(`M 120000 inline ${file}\n`), ...data(target)]),
  ]
}

/** Commits with one changed file each, over some folders. */
export const manyCommits = (count: number, first = 0): CommitSpec[] =>
  Array.from({ length: count }, (_unused, index) => ({
    message: `Change number ${first + index}\n\nBecause of reason ${first + index}.`,
    files: { [`src/part-${(first + index) % 40}.txt`]: `content ${first + index}\n` },
    author: `Author ${(first + index) % 7} <author${(first + index) % 7}@example.org>`,
  }))

/** Whether git of at least 2.37 is here. */
export const gitIsHere = (): boolean => {
  if (findCommand('git', ['git']) === null) return false
  try {
    const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(execFileSync('git', ['version'], { encoding: 'utf8' }))?.slice(1) ?? []).map(Number)
    return major > 2 || (major === 2 && minor >= 37)
  } catch {
    return false
  }
}
