import { compileGlobs, complete, Failure, type KnownRecords, type Page, type ReadEnd } from '@inlet/connector-sdk'
import { openObjectReader } from '../cli/object-reader.js'
import { commitExists } from '../cli/run-git.js'
import { endWithoutCommits, type ReadOrder } from '../commits/read-commits.js'
import type { GitConfig } from '../config.js'
import { createPageBuilder } from '../page-builder.js'
import type { Target } from '../repository/repository.js'
import { planSegments, type Segment } from '../rules/cursor.js'
import { contentFingerprint, fileFingerprint } from '../rules/query.js'
import { createEntryLoader } from './entry-loader.js'
import { streamEntries } from './file-entries.js'

/** Yields what the head of the branch contains, or what changed there since the cursor: documents, and deletes for what is gone. */
export async function* readFiles(order: ReadOrder, known: KnownRecords): AsyncGenerator<Page, ReadEnd, void> {
  const { config, snapshot, cursor, signal } = order
  const { target, setup } = snapshot
  if (target === null) return endWithoutCommits(cursor)
  const query = fileFingerprint(config, target.ref)
  const segments = await planSegments({ cursor, head: target.head, query, exists: (id) => commitExists(setup, id, signal) })
  for (const segment of segments) yield* readSegment(order, { target, query, segment, known })
  return complete('git listed the whole tree')
}

interface SegmentOrder {
  readonly target: Target
  readonly query: string
  readonly segment: Segment
  readonly known: KnownRecords
}

async function* readSegment(order: ReadOrder, { target, query, segment, known }: SegmentOrder): AsyncGenerator<Page, void, void> {
  const { config, snapshot, signal, projectId } = order
  const isSelected = createPathFilter(config)
  const end = { branch: target.branch, head: segment.head, query }
  const page = createPageBuilder(config.pageRecords)
  await using objects = openObjectReader(snapshot.setup, signal)
  const load = createEntryLoader({ objects, known, config, origin: { projectId, branch: target.branch }, validatorEnd: contentFingerprint(config) })
  let position = 0
  const cursor = () => ({ ...end, base: segment.base, position })
  for await (const batch of streamEntries(snapshot.setup, segment, signal)) {
    for await (const { entry, item, bytes } of load(batch, { isSelected, from: segment.position - position })) {
      if (item !== null && page.isFullFor(bytes)) {
        // Before the position, what exists is only reported again, so that the sweep spares it.
        yield position < segment.position ? page.take() : { ...page.take(), cursor: cursor(), progress: { done: position, note: entry.path } }
      }
      if (item !== null) page.add(item, bytes)
      position++
    }
  }
  if (position < segment.position) throw new Failure('CURSOR_IN_FUTURE', `there are only ${position} entries, not ${segment.position}`)
  yield { ...page.take(), cursor: end, progress: { done: position }, ...(segment.base === null ? { sweep: {} } : {}) }
}

/** Returns whether the include and exclude globs select a path; a glob that matches a folder selects everything below it. */
export const createPathFilter = ({ include, exclude }: Pick<GitConfig, 'include' | 'exclude'>): ((path: string) => boolean) => {
  const matcher = (patterns: readonly string[]): ((path: string) => boolean) =>
    compileGlobs(
      patterns.flatMap((pattern) => [pattern, `${pattern.replace(/\/+$/, '')}/**`]),
      { dot: true, braces: false },
    )
  const included = include.length === 0 ? () => true : matcher(include)
  const excluded = exclude.length === 0 ? () => false : matcher(exclude)
  return (path) => included(path) && !excluded(path)
}
