import { type Cursor, complete, type Failure, incomplete, type Page, type ReadEnd, type ReadRequest, toFailure } from '@inlet/connector-sdk'
import { createPagePacker, type PagePacker } from '../../parsing/page-packer.js'
import { ENTRIES } from '../config.js'
import type { RssConnection } from '../connection.js'
import { openStoredFeeds, type StoredFeeds } from './entries-cursor.js'
import { askForFeed, type FeedResponse } from './fetch-feed.js'
import { readFeed } from './read-feed.js'

/** Reads new and changed entries of all feeds. A feed that fails is rejected and does not stop the others; throws the first failure if all fail. */
export async function* readEntries(connection: RssConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const { urls, readings, ctx } = connection
  const ended = new AbortController()
  const signal = connection.signal(AbortSignal.any([request.signal, ended.signal]))
  const stored = openStoredFeeds(request.cursor, urls)
  const packer = createPagePacker()
  const failures: Failure[] = []
  let durable: Cursor | null = request.cursor
  let done = 0
  const finish = (): Page => {
    const cursor = stored.cursor()
    const moved = JSON.stringify(cursor) !== JSON.stringify(durable ?? { feeds: [] })
    durable = cursor
    const note =
      failures.length === 0 ? {} : { note: `${failures.length} of ${urls.length} feeds could not be read; the first: ${failures[0]?.message}` }
    return { ...packer.take(), ...(moved ? { cursor } : {}), progress: { done, total: urls.length, ...note } }
  }
  readings.clear()
  try {
    for await (const answer of mapAhead(urls, ctx.config.concurrency, (url) => askForFeed(connection, url, { stored, signal }))) {
      signal.throwIfAborted()
      const failure = yield* acceptResponse(connection, answer, { stored, packer, signal })
      done++
      if (failure !== null) {
        failures.push(failure)
        readings.set(answer.url, { kind: 'failed', failure })
        if (failures.length === urls.length) {
          if (!packer.isEmpty()) yield finish()
          throw failures[0] as Failure
        }
        packer.reject({ stream: ENTRIES, key: [answer.url], reason: failure.reason, message: `${answer.url}: ${failure.message}` })
      }
      if (packer.isFull()) yield finish()
    }
    const last = finish()
    if (last.cursor !== undefined || last.records.length > 0 || last.caveats !== undefined || failures.length > 0) yield last
    if (failures.length > 0) return incomplete(`${failures.length} of ${urls.length} feeds could not be read; the first: ${failures[0]?.message}`)
    return complete('every feed was read to its end')
  } finally {
    // Ends the requests made ahead that no one waits for any more.
    ended.abort()
  }
}

/** Yields the entries of one feed, and returns what was wrong with it. */
async function* acceptResponse(
  connection: RssConnection,
  answer: FeedResponse,
  { stored, packer, signal }: { readonly stored: StoredFeeds; readonly packer: PagePacker; readonly signal: AbortSignal },
): AsyncGenerator<Page, Failure | null, void> {
  const { readings } = connection
  if (answer.kind === 'failed') return answer.failure
  if (answer.kind === 'unchanged') {
    readings.set(answer.url, { kind: 'unchanged' })
    return null
  }
  try {
    const { head, whole } = yield* readFeed(connection, answer, { packer, signal })
    if (whole) stored.set(answer.url, answer.validator)
    readings.set(answer.url, { kind: 'read', head, validator: answer.validator })
    return null
  } catch (thrown) {
    signal.throwIfAborted()
    const failure = toFailure(thrown)
    if (failure.code === 'internal' || failure.code === 'cancelled') throw thrown
    return failure
  }
}

/** Works a few items ahead of the consumer, and yields the results in order. A failure is thrown when its turn comes. */
async function* mapAhead<T, R>(items: readonly T[], ahead: number, work: (item: T) => Promise<R>): AsyncGenerator<R, void, void> {
  const running: Promise<R>[] = []
  let next = 0
  const start = (): void => {
    const item = items[next++]
    if (item === undefined) return
    const result = work(item)
    // No one may ever await it.
    result.catch(() => undefined)
    running.push(result)
  }
  while (running.length < ahead && next < items.length) start()
  for (let result = running.shift(); result !== undefined; result = running.shift()) {
    const done = await result
    start()
    yield done
  }
}
