import type { SourceRecord } from '@inlet/connector-sdk'
import { type Item, itemsOf, numberOf } from '../api/items.js'
import type { Backfill } from '../cursor/positions.js'
import { formatSince, parseSince, SINCE_WIDTH, type SincePosition } from '../cursor/since-position.js'
import { isPullRequest, toIssueCommentRecord, toIssueRecord, toPullRecord, toReviewCommentRecord, toReviewRecord } from '../records/issue-records.js'
import { toActivityRecord, toReleaseRecord } from '../records/release-records.js'
import type { GithubStream } from '../streams.js'
import { type ListReading, type ListSpec } from './list-reader.js'
import { HEAD_WIDTH, readCommits } from './read-commits.js'
import { readWhole } from './read-releases.js'
import { readSince } from './read-since.js'
import { readWalk, type WalkSpec } from './read-walk.js'
import type { Step } from './reading.js'

/** How one stream is read of one repository. */
export interface StreamReader {
  /** Characters of a position. */
  readonly width: number
  readonly deletes: 'none' | 'sweep'
  /** GitHub answers 410 for issues that are switched off; others have no such switch. */
  read(reading: ListReading, at: { position?: string | undefined; backfill?: Backfill | undefined }): AsyncGenerator<Step, void, void>
}

type ToRecord = (item: Item, repository: ListReading['repository']) => SourceRecord

const sinceList = (reading: ListReading, feed: ListSpec['feed'], path: string, toRecord: ToRecord): ListSpec => ({
  feed,
  path: `/repos/${reading.repository.name}${path}`,
  query: feed === 'issues' ? { state: 'all' } : {},
  timeField: 'updated_at',
  toRecords: (items) => items.filter((item) => !isPullRequest(item)).map((item) => toRecord(item, reading.repository)),
})

const pullList = (reading: ListReading, feed: 'pull_requests' | 'reviews', toRecords: ListSpec['toRecords']): WalkSpec => ({
  feed,
  path: `/repos/${reading.repository.name}/pulls`,
  query: { state: 'all' },
  sort: { sort: 'updated', direction: 'desc' },
  backfill: { sort: 'created', direction: 'asc' },
  timeField: 'updated_at',
  toRecords,
})

async function* readIssues(reading: ListReading, { position }: { position?: string | undefined }): AsyncGenerator<Step, void, void> {
  const from = position === undefined ? undefined : parseSince(position, reading.connection.ctx.now())
  const spec = sinceList(reading, 'issues', '/issues', toIssueRecord)
  for await (const step of readSince(reading, spec, from)) yield { records: step.records, position: formatSince(step.position) }
}

/** Those of issues and pull requests, then those on lines of code: two lists, two positions in one. */
async function* readComments(reading: ListReading, { position }: { position?: string | undefined }): AsyncGenerator<Step, void, void> {
  const now = reading.connection.ctx.now()
  const nothing: SincePosition = { since: 0, mark: '' }
  const [first, second] = position === undefined ? [undefined, undefined] : [parseSince(position, now), parseSince(position.slice(SINCE_WIDTH), now)]
  let [issues, reviews] = [first ?? nothing, second ?? nothing]
  const join = (): string => formatSince(issues) + formatSince(reviews)
  const issueComments = sinceList(reading, 'issue_comments', '/issues/comments', toIssueCommentRecord)
  for await (const step of readSince(reading, issueComments, started(first))) {
    issues = step.position
    yield { records: step.records, position: join() }
  }
  const reviewComments = sinceList(reading, 'review_comments', '/pulls/comments', toReviewCommentRecord)
  for await (const step of readSince(reading, reviewComments, started(second))) {
    reviews = step.position
    yield { records: step.records, position: join() }
  }
}

/** A list that was not begun has the position zero beside one that was. */
const started = (position: SincePosition | undefined): SincePosition | undefined =>
  position === undefined || (position.since === 0 && position.mark === '') ? undefined : position

const readPulls: StreamReader['read'] = (reading, at) =>
  readWalk(
    reading,
    pullList(reading, 'pull_requests', (items) => items.map((item) => toPullRecord(item, reading.repository))),
    at,
  )

/** GitHub lists reviews by pull request only; a review changes its pull request, so those that changed are asked. */
const readReviews: StreamReader['read'] = (reading, at) =>
  readWalk(
    reading,
    pullList(reading, 'reviews', async (items) => {
      const records: SourceRecord[] = []
      for (const item of items) records.push(...(await reviewsOf(reading, numberOf(item, 'number'))))
      return records
    }),
    at,
  )

const reviewsOf = async ({ connection, repository, signal }: ListReading, number: number): Promise<readonly SourceRecord[]> => {
  const path = `/repos/${repository.name}/pulls/${number}/reviews`
  const records: SourceRecord[] = []
  for (let page = 1; ; page++) {
    const answer = await connection.api.get({ path, query: { per_page: 100, page }, signal })
    const items = itemsOf(answer.body, path)
    // A pending review is a draft that only its author sees.
    records.push(...items.filter((item) => item['state'] !== 'PENDING').map((item) => toReviewRecord(item, repository, number)))
    if (answer.next === null || items.length === 0) return records
  }
}

const readReleases: StreamReader['read'] = (reading, { position }) => {
  const { repository } = reading
  const path = `/repos/${repository.name}/releases`
  return readWhole(
    reading,
    { feed: 'releases', path, query: {}, timeField: 'created_at', toRecords: (items) => items.map((item) => toReleaseRecord(item, repository)) },
    position,
  )
}

const readEvents: StreamReader['read'] = (reading, at) => {
  const { repository } = reading
  const path = `/repos/${repository.name}/events`
  const toRecords: ListSpec['toRecords'] = (items) => items.map((item) => toActivityRecord(item, repository))
  return readWalk(reading, { feed: 'events', path, query: {}, sort: {}, timeField: 'created_at', toRecords }, at)
}

export const STREAM_READERS: Readonly<Record<GithubStream, StreamReader>> = {
  commits: { width: HEAD_WIDTH, deletes: 'none', read: readCommits },
  pull_requests: { width: SINCE_WIDTH, deletes: 'none', read: readPulls },
  issues: { width: SINCE_WIDTH, deletes: 'none', read: readIssues },
  comments: { width: 2 * SINCE_WIDTH, deletes: 'none', read: readComments },
  reviews: { width: SINCE_WIDTH, deletes: 'none', read: readReviews },
  releases: { width: SINCE_WIDTH, deletes: 'sweep', read: readReleases },
  events: { width: SINCE_WIDTH, deletes: 'none', read: readEvents },
}
