import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import type { GitSetup } from '../cli/git-environment.js'
import { type GitProcess, startGit } from '../cli/git-process.js'
import { nulTokens } from '../cli/nul-tokens.js'
import type { GitConfig } from '../config.js'
import type { Segment } from '../rules/cursor.js'
import { pathspecsOf } from '../rules/query.js'
import { COMMIT_FORMAT, createCommitParser, type RawCommit } from './commit-parser.js'

/** Yields the commits of a segment from its position on, oldest first, in an order that depends only on the commits. */
export async function* streamCommits(
  setup: GitSetup,
  config: GitConfig,
  segment: Segment,
  signal: AbortSignal,
): AsyncGenerator<RawCommit[], void, void> {
  const processes: GitProcess[] = []
  try {
    const log = await startLog({ setup, config, segment, processes }, signal)
    if (log === null) return
    const parser = createCommitParser()
    for await (const tokens of nulTokens(log.stdout as AsyncIterable<Buffer>, 'utf8')) {
      const commits = parser.push(tokens)
      if (commits.length > 0) yield commits
    }
    await Promise.all(processes.map((process) => process.done))
    yield parser.end()
  } finally {
    await Promise.all(processes.map((process) => process.stop()))
  }
}

interface LogOrder {
  readonly setup: GitSetup
  readonly config: GitConfig
  readonly segment: Segment
  /** Receives every process that is started. */
  readonly processes: GitProcess[]
}

/**
 * Without a base, `git log` walks the commits itself. Otherwise, or with path globs (which would narrow the line counts to
 * them), `git rev-list` names the commits and `git log` shows the remaining ones. Null if there are none.
 */
const startLog = async ({ setup, config, segment, processes }: LogOrder, signal: AbortSignal): Promise<GitProcess | null> => {
  const start = (args: readonly string[]): GitProcess => {
    const process = startGit(setup, args, signal)
    processes.push(process)
    return process
  }
  const pathspecs = pathspecsOf(config)
  if (segment.position === 0 && pathspecs.length === 0) {
    const log = start(['log', ...showArgs(config), ...rangeArgs(config, segment), '--'])
    log.stdin.end()
    return log
  }
  const list = start(['rev-list', ...rangeArgs(config, segment), '--', ...pathspecs])
  list.stdin.end()
  const ids = idsFrom(list, segment.position)
  const first = await ids.next()
  if (first.done) {
    await list.done
    return null
  }
  const log = start(['log', '--no-walk=unsorted', '--stdin', ...showArgs(config)])
  void feed(log, first.value, ids)
  return log
}

const feed = async (log: GitProcess, first: string, ids: AsyncIterable<string>): Promise<void> => {
  try {
    log.stdin.write(`${first}\n`)
    for await (const id of ids) if (!log.stdin.write(`${id}\n`)) await drained(log.stdin)
    log.stdin.end()
  } catch {
    // The list ended early; its own process reports why.
    log.stdin.destroy()
  }
}

/** Resolves when there is room again. Rejects when there never will be, including when git has already closed its input. */
const drained = (stdin: Writable): Promise<void> =>
  new Promise((resolve, reject) => {
    const closed = (): void => reject(new Error('git closed its input'))
    if (stdin.destroyed) return closed()
    stdin.once('drain', () => {
      stdin.off('close', closed)
      resolve()
    })
    stdin.once('close', closed)
  })

async function* idsFrom(list: GitProcess, position: number): AsyncGenerator<string, void, void> {
  let index = 0
  for await (const line of createInterface({ input: list.stdout })) if (index++ >= position) yield line
}

/** Selects the commits since the base, oldest first; parents come before their children whatever their dates are. */
const rangeArgs = (config: GitConfig, { base, head }: Segment): readonly string[] => [
  '--topo-order',
  '--reverse',
  ...(config.firstParent ? ['--first-parent', '--exclude-first-parent-only'] : []),
  ...(config.since === undefined ? [] : [`--since-as-filter=${new Date(config.since).toISOString()}`]),
  ...(config.maxCommits === undefined || base !== null ? [] : [`--max-count=${config.maxCommits}`]),
  head,
  ...(base === null ? [] : [`^${base}`]),
]

const showArgs = ({ stats, firstParent }: GitConfig): readonly string[] => [
  '-z',
  '--no-color',
  '--no-decorate',
  '--no-notes',
  '--no-show-signature',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--no-abbrev',
  `--diff-merges=${firstParent ? 'first-parent' : 'off'}`,
  ...(stats ? ['--raw', '--numstat'] : ['--no-patch']),
  COMMIT_FORMAT,
]
