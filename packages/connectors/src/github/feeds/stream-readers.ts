import type { SourceRecord } from '@inlet/connector-sdk'
import { numberOf } from '../api/items.js'
import type { Backfill } from '../cursor/positions.js'
import { formatSince, parseSince, SINCE_WIDTH } from '../cursor/since-position.js'
import { toIssueRecord, toPullRecord, toReviewRecord } from '../records/issue-records.js'
import { toActivityRecord, toReleaseRecord } from '../records/release-records.js'
import type { GithubStream } from '../streams.js'
import type { ListReading, ListSpec } from './list-reader.js'
import { itemsBelow, pullList, sinceList } from './lists.js'
import { readComments } from './read-comments.js'
import { HEAD_WIDTH, readCommits } from './read-commits.js'
import { readWhole } from './read-releases.js'
import { readSince } from './read-since.js'
import { readWalk } from './read-walk.js'
import type { Step } from './reading.js'

/** How one stream is read from one repository. */
export interface StreamReader {
  /** Characters of a position. */
  readonly width: number
  readonly deletes: 'none' | 'sweep'
  read(reading: ListReading, at: { position?: string | undefined; backfill?: Backfill | undefined }): AsyncGenerator<Step, void, void>
}

async function* readIssues(reading: ListReading, { position }: { position?: string | undefined }): AsyncGenerator<Step, void, void> {
  const from = position === undefined ? undefined : parseSince(position, reading.connection.ctx.now())
  const spec = sinceList(reading, 'issues', '/issues', toIssueRecord)
  for await (const step of readSince(reading, spec, from)) yield { records: step.records, position: formatSince(step.position) }
}

const readPulls: StreamReader['read'] = (reading, at) =>
  readWalk(
    reading,
    pullList(reading, 'pull_requests', (items) => items.map((item) => toPullRecord(item, reading.repository))),
    at,
  )

/** GitHub lists reviews only by pull request; a review changes its pull request, so those that changed are queried. */
const readReviews: StreamReader['read'] = (reading, at) =>
  readWalk(
    reading,
    pullList(reading, 'reviews', async (items) => {
      const records: SourceRecord[] = []
      for (const item of items) {
        const number = numberOf(item, 'number')
        const reviews = await itemsBelow(reading, `/pulls/${number}/reviews`)
        // A pending review is a draft that only its author sees.
        records.push(...reviews.filter(({ state }) => state !== 'PENDING').map((review) => toReviewRecord(review, reading.repository, number)))
      }
      return records
    }),
    at,
  )

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
