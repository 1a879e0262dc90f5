import { Failure, timeoutSignal } from '@inlet/connector-sdk'
import type { RssConnection } from './connection.js'
import { fetchPage } from './entries/fetch-feed.js'

const TIMEOUT_MS = 8_000
/** Problems of further feeds show in the first run. */
const MAX_FEEDS = 10

/** Fetches and reads the first feeds. Throws the first failure, which names its feed. */
export const check = async (connection: RssConnection, asked: AbortSignal): Promise<void> => {
  const signal = connection.signal(timeoutSignal(TIMEOUT_MS, asked))
  await Promise.all(connection.urls.slice(0, MAX_FEEDS).map((url, index) => checkFeed(connection, url, { index, asked, signal })))
}

const checkFeed = async (
  connection: RssConnection,
  url: string,
  { index, asked, signal }: { readonly index: number; readonly asked: AbortSignal; readonly signal: AbortSignal },
): Promise<void> => {
  try {
    await fetchPage(connection, url, signal)
  } catch (thrown) {
    if (signal.aborted && !asked.aborted) throw new Failure('TIMEOUT', `${url} did not answer within ${TIMEOUT_MS / 1_000} s`, { cause: thrown })
    if (!(thrown instanceof Failure)) throw thrown
    const { reason, message, next, retryAfterMs } = thrown
    throw new Failure(reason, message, {
      next,
      field: `config.feeds.${index}`,
      cause: thrown,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }
}
