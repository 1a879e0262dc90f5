import { complete, Failure, incomplete, type Page, type ReadEnd } from '@inlet/connector-sdk'
import { commitExists, runGit } from '../cli/run-git.js'
import type { GitConfig } from '../config.js'
import { createPageBuilder } from '../page-builder.js'
import type { Snapshot, Target } from '../repository/repository.js'
import { type GitCursor, planSegments, type Segment } from '../rules/cursor.js'
import { commitFingerprint } from '../rules/query.js'
import type { RawCommit } from './commit-parser.js'
import { type CommitOrigin, toCommitRecord } from './commit-record.js'
import { streamCommits } from './commit-stream.js'

export interface ReadOrder {
  readonly config: GitConfig
  readonly projectId: string
  readonly snapshot: Snapshot
  readonly cursor: GitCursor | null
  readonly signal: AbortSignal
}

/** Reads the commits that the cursor has not passed yet, oldest first. */
export async function* readCommits(order: ReadOrder): AsyncGenerator<Page, ReadEnd, void> {
  const { config, snapshot, cursor, signal } = order
  const { target, setup } = snapshot
  if (target === null) return endWithoutCommits(cursor)
  const query = commitFingerprint(config, target.ref)
  const segments = await planSegments({ cursor, head: target.head, query, exists: (id) => commitExists(setup, id, signal) })
  for (const segment of segments) yield* readSegment(order, { target, query, segment })
  if (await isShallow(setup, signal)) return incomplete('the repository is a shallow clone: older commits are not in it')
  return complete('git walked the history to its end')
}

/** A repository that once had commits does not lose them all; one that somebody created again looks like that. */
export const endWithoutCommits = (cursor: GitCursor | null): ReadEnd =>
  cursor === null
    ? complete('the branch has no commits')
    : incomplete('the repository has no commits any more; what was read from it is kept', 'SOURCE_EMPTY')

const isShallow = async (setup: Snapshot['setup'], signal: AbortSignal): Promise<boolean> =>
  (await runGit(setup, ['rev-parse', '--is-shallow-repository'], signal)).trim() === 'true'

interface SegmentOrder {
  readonly target: Target
  readonly query: string
  readonly segment: Segment
}

async function* readSegment(
  { config, projectId, snapshot, signal }: ReadOrder,
  { target, query, segment }: SegmentOrder,
): AsyncGenerator<Page, void, void> {
  const origin: CommitOrigin = { projectId, branch: target.branch, stats: config.stats }
  const end = { branch: target.branch, head: segment.head, query }
  const page = createPageBuilder(config.pageRecords)
  let position = segment.position
  let found = false
  for await (const commits of streamCommits(snapshot.setup, config, segment, signal)) {
    for (const commit of commits) {
      found = true
      const bytes = weigh(commit)
      if (page.isFullFor(bytes)) yield { ...page.take(), cursor: { ...end, base: segment.base, position }, progress: { done: position } }
      page.add(toCommitRecord(commit, origin), bytes)
      position++
    }
  }
  if (!found && segment.position > 0 && !(await reaches(snapshot, config, segment, signal)))
    throw new Failure('CURSOR_IN_FUTURE', `there are fewer than ${segment.position} commits to continue after`)
  yield { ...page.take(), cursor: end, progress: { done: position } }
}

/** Whether at least that many commits exist; checked only when none was left after a position. */
const reaches = async (snapshot: Snapshot, config: GitConfig, segment: Segment, signal: AbortSignal): Promise<boolean> => {
  for await (const commits of streamCommits(snapshot.setup, config, { ...segment, position: segment.position - 1 }, signal))
    if (commits.length > 0) return true
  return false
}

/** Estimates the size of the record in bytes. */
const weigh = ({ fields, paths }: RawCommit): number =>
  500 + 3 * (fields.at(-1)?.length ?? 0) + paths.reduce((sum, path) => sum + 80 + path.path.length, 0)
