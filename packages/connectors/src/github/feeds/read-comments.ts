import { Failure, type SourceRecord } from '@inlet/connector-sdk'
import { type Item, numberOf } from '../api/items.js'
import { formatSince, parseSince, SINCE_WIDTH, type SincePosition } from '../cursor/since-position.js'
import { toIssueCommentRecord, toReviewCommentRecord } from '../records/issue-records.js'
import type { ListReading } from './list-reader.js'
import { itemsBelow, pullList, sinceList } from './lists.js'
import { readSince, type SinceStep } from './read-since.js'
import { readWalk } from './read-walk.js'
import type { Step } from './reading.js'

/** Reads comments on issues and pull requests, then those on lines of code: two lists, two positions in one. */
export async function* readComments(reading: ListReading, { position }: { position?: string | undefined }): AsyncGenerator<Step, void, void> {
  const now = reading.connection.ctx.now()
  const [first, second] = position === undefined ? [undefined, undefined] : [parseSince(position, now), parseSince(position.slice(SINCE_WIDTH), now)]
  let [issues, reviews] = [first ?? NOT_BEGUN, second ?? NOT_BEGUN]
  const join = (): string => formatSince(issues) + formatSince(reviews)
  for await (const step of issueComments(reading, started(first))) {
    issues = step.position
    yield { records: step.records, position: join() }
  }
  for await (const step of reviewComments(reading, started(second))) {
    reviews = step.position
    yield { records: step.records, position: join() }
  }
}

/** A list that was not started has position zero beside one that was. */
const started = (position: SincePosition | undefined): SincePosition | undefined =>
  position === undefined || (position.since === 0 && position.mark === '') ? undefined : position

const NOT_BEGUN: SincePosition = { since: 0, mark: '' }

/** Reads the comments of a whole repository where the server lists them, as GitHub does; otherwise issue by issue, for the issues that changed. */
async function* issueComments(reading: ListReading, from: SincePosition | undefined): AsyncGenerator<SinceStep, void, void> {
  try {
    yield* readSince(reading, sinceList(reading, 'issue_comments', '/issues/comments', toIssueCommentRecord), from)
    return
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown
  }
  yield* readSince(
    reading,
    {
      ...sinceList(reading, 'issue_comments', '/issues', toIssueCommentRecord),
      query: { state: 'all' },
      toRecords: (items) => commentsBelow(reading, items, [['issues', toIssueCommentRecord]]),
    },
    from,
  )
}

async function* reviewComments(reading: ListReading, from: SincePosition | undefined): AsyncGenerator<SinceStep, void, void> {
  try {
    yield* readSince(reading, sinceList(reading, 'review_comments', '/pulls/comments', toReviewCommentRecord), from)
    return
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown
  }
  const { backfill: _inOneGo, ...list } = pullList(reading, 'review_comments', (items) =>
    commentsBelow(reading, items, [
      ['pulls', toReviewCommentRecord],
      ['issues', toIssueCommentRecord],
    ]),
  )
  const position = from === undefined ? undefined : formatSince(from)
  for await (const { records, position: reached } of readWalk(reading, list, { position }))
    yield { records, position: reached === undefined ? (from ?? NOT_BEGUN) : parseSince(reached, reading.connection.ctx.now()) }
}

const commentsBelow = async (
  reading: ListReading,
  items: readonly Item[],
  lists: readonly (readonly [folder: string, toRecord: typeof toIssueCommentRecord])[],
): Promise<readonly SourceRecord[]> => {
  const records: SourceRecord[] = []
  for (const item of items)
    for (const [folder, toRecord] of lists) {
      const comments = await itemsBelow(reading, `/${folder}/${numberOf(item, 'number')}/comments`)
      records.push(...comments.map((comment) => toRecord(comment, reading.repository)))
    }
  return records
}

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Failure && thrown.reason === 'NOT_FOUND_UPSTREAM' && !/disabled/i.test(thrown.message)
