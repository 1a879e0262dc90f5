import { Failure, type SourceRecord } from '@inlet/connector-sdk'
import { type Query, toSearch } from '../api/github-api.js'
import { type Item, itemsOf, numberOf, secondsOf, textOf } from '../api/items.js'
import { type SincePosition, stableAt } from '../cursor/since-position.js'
import { askForList, isoSeconds, type ListReading, type ListSpec, rememberList, startSeconds } from './list-reader.js'

export interface SinceStep {
  readonly records: readonly SourceRecord[]
  readonly position: SincePosition
}

/**
 * Reads a list that GitHub bounds by `since`, oldest change first. Each page begins where the last one ended by time, not by number: items that
 * change during the read move to the end of the list, and numbered pages would skip those that take their place. At the end the list is
 * requested once more from its last moment: the ETag of that response shows the next run whether anything has changed.
 */
export async function* readSince(reading: ListReading, spec: ListSpec, from: SincePosition | undefined): AsyncGenerator<SinceStep, void, void> {
  const { feed, path } = spec
  const queryOf = (since: number): Query => ({
    ...spec.query,
    sort: 'updated',
    direction: 'asc',
    // A second early, because some servers take the bound as exclusive, or compare times as texts.
    since: since > 0 ? isoSeconds(since - 1) : undefined,
    per_page: reading.connection.ctx.config.pageSize,
  })
  const start = startSeconds(reading.connection)
  let since = from?.since ?? start
  let query = queryOf(since)
  let answer = await askForList(reading, { feed, path, query, mark: from?.mark ?? '' })
  if (answer === null) return
  const stable = stableAt(answer.at)
  let reached = from?.since ?? Math.min(since, stable)
  /** The numbered pages within this moment, when more items changed in it than a page holds. */
  const pages = new Set<string>()
  let previous = new Map<number, string>()
  let confirming = false
  for (;;) {
    const items = itemsOf(answer.body, path)
    const isFresh = (item: Item): boolean => {
      const at = secondsOf(item, spec.timeField) ?? since
      return at >= Math.max(since, start) && previous.get(numberOf(item, 'id')) !== timeOf(item, spec)
    }
    const records = await spec.toRecords(items.filter(isFresh))
    const newest = items.reduce((max, item) => Math.max(max, secondsOf(item, spec.timeField) ?? 0), since)
    reached = Math.max(reached, Math.min(newest, stable))
    previous = new Map([...(newest > since ? [] : previous), ...items.map((item) => [numberOf(item, 'id'), timeOf(item, spec)] as const)])
    if (answer.next === null && (reached === since || confirming)) {
      // An ETag of the first page says nothing about the others, and a full page may get one.
      const whole = reached === since && pages.size === 0 && items.length < reading.connection.ctx.config.pageSize
      const mark = whole ? rememberList(reading, { feed, path, query, etag: answer.etag }) : ''
      yield { records, position: { since: reached, mark } }
      return
    }
    yield { records, position: { since: reached, mark: '' } }
    if (answer.next !== null && newest === since) {
      const next = { ...query, ...answer.next }
      if (pages.has(toSearch(next))) throw new Failure('PAGINATION_LOOP', `${path} leads back to a page that was read`)
      pages.add(toSearch(next))
      answer = await reading.connection.api.get({ path, query: next, signal: reading.signal })
      continue
    }
    confirming ||= answer.next === null
    since = answer.next === null ? reached : newest
    pages.clear()
    query = queryOf(since)
    answer = await reading.connection.api.get({ path, query, signal: reading.signal })
  }
}

const timeOf = (item: Item, { timeField }: ListSpec): string => textOf(item, timeField) ?? ''
