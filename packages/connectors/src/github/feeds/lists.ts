import type { SourceRecord } from '@inlet/connector-sdk'
import { type Item, itemsOf } from '../api/items.js'
import { isPullRequest } from '../records/issue-records.js'
import type { ListReading, ListSpec } from './list-reader.js'
import type { WalkSpec } from './read-walk.js'

type ToRecord = (item: Item, repository: ListReading['repository']) => SourceRecord

/** A list bounded by `since`. Pull requests are left out, because the list of issues contains both. */
export const sinceList = (reading: ListReading, feed: ListSpec['feed'], path: string, toRecord: ToRecord): ListSpec => ({
  feed,
  path: `/repos/${reading.repository.name}${path}`,
  query: feed === 'issues' ? { state: 'all' } : {},
  timeField: 'updated_at',
  toRecords: (items) => items.filter((item) => !isPullRequest(item)).map((item) => toRecord(item, reading.repository)),
})

/** The list of pull requests, whatever records are made of them. */
export const pullList = (
  reading: ListReading,
  feed: 'pull_requests' | 'reviews' | 'review_comments',
  toRecords: ListSpec['toRecords'],
): WalkSpec => ({
  feed,
  path: `/repos/${reading.repository.name}/pulls`,
  query: { state: 'all' },
  sort: { sort: 'updated', direction: 'desc' },
  backfill: { sort: 'created', direction: 'asc' },
  timeField: 'updated_at',
  toRecords,
})

/** Returns all items of a list that belongs to one issue or pull request. */
export const itemsBelow = async ({ connection, repository, signal }: ListReading, below: string): Promise<readonly Item[]> => {
  const path = `/repos/${repository.name}${below}`
  const found: Item[] = []
  for (let page = 1; ; page++) {
    const answer = await connection.api.get({ path, query: { per_page: 100, page }, signal })
    const items = itemsOf(answer.body, path)
    found.push(...items)
    if (answer.next === null || items.length === 0) return found
  }
}
