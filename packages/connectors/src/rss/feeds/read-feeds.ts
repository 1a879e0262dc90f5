import {
  complete,
  Failure,
  type JsonObject,
  keyText,
  type Page,
  type ReadEnd,
  type ReadRequest,
  type SourceRecord,
  toFailure,
} from '@inlet/connector-sdk'
import { toStorable } from '../../parsing/html/cut-text.js'
import { FEEDS } from '../config.js'
import type { FeedReading, RssConnection } from '../connection.js'
import { fetchPage } from '../entries/fetch-feed.js'
import type { FeedHead } from '../feed/feed.js'

/** Yields one record per feed, from what reading the entries showed; a new feed that was not read with them is fetched for it. */
export async function* readFeeds(connection: RssConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const { urls, readings, ctx } = connection
  const signal = connection.signal(request.signal)
  const known = await ctx.known.lookup(FEEDS, urls)
  const records: SourceRecord[] = []
  const unchanged: string[] = []
  for (const url of urls) {
    signal.throwIfAborted()
    const isKnown = known.has(keyText(url))
    const reading = readings.get(url) ?? (isKnown ? { kind: 'unchanged' as const } : await look(connection, url, signal))
    if (reading.kind === 'read') records.push(toFeedRecord(url, reading.head, reading.validator))
    else if (isKnown) unchanged.push(url)
  }
  yield { records, unchanged, sweep: {} }
  return complete('the settings name all feeds')
}

const look = async (connection: RssConnection, url: string, signal: AbortSignal): Promise<FeedReading> => {
  try {
    const { head } = await fetchPage(connection, url, signal)
    // Its entries were not read; a mark would claim that they were.
    return { kind: 'read', head, validator: '' }
  } catch (thrown) {
    signal.throwIfAborted()
    const failure = thrown instanceof Failure ? thrown : toFailure(thrown)
    if (failure.code === 'internal' || failure.code === 'cancelled') throw thrown
    return { kind: 'failed', failure }
  }
}

const toFeedRecord = (url: string, head: FeedHead, validator: string): SourceRecord => {
  const { title, url: site, next: _next, ...rest } = head
  const data: JsonObject = Object.fromEntries(
    Object.entries({ feed: url, ...rest }).map(([name, value]) => [name, toStorable(value).slice(0, 10_000)]),
  )
  return {
    stream: FEEDS,
    key: url,
    kind: 'item',
    ...(title === undefined ? {} : { title: toStorable(title).slice(0, 1_000) }),
    ...(site === undefined ? {} : { url: site }),
    data,
    ...(validator === '' ? {} : { validator }),
  }
}
