import type { Client } from 'pg'
import type { Chunk } from '../../sql/read/row-source.js'
import { startFetch } from './row-fetch.js'

/** Bytes a round trip should carry. */
const ROUND_TRIP_BYTES = 2 * 1024 * 1024
const FIRST_ROWS = 250

/** Returns the number of rows for the next round trip, by the size of those just seen. */
export const nextFetchRows = (chunk: Chunk, fetchSize: number): number => {
  if (chunk.rows.length === 0) return fetchSize
  return Math.max(1, Math.min(fetchSize, Math.floor((ROUND_TRIP_BYTES * chunk.rows.length) / Math.max(1, chunk.bytes))))
}

interface PortalOptions {
  readonly portal: string
  readonly text: string
  readonly values: readonly (string | null)[]
  readonly fetchSize: number
  /** Puts a limit on waiting. */
  readonly limited: <T>(work: Promise<T>) => Promise<T>
}

/**
 * Opens a portal and yields its rows; the server prepares the next round trip while the reader handles
 * the last one. Returning early drops the rest of the round trip.
 */
export async function* streamPortal(client: Client, options: PortalOptions): AsyncGenerator<Chunk, void, void> {
  const { portal, text, values, fetchSize, limited } = options
  let fetch = startFetch(client, { portal, open: { text, values }, maxRows: Math.min(FIRST_ROWS, fetchSize) })
  try {
    for (;;) {
      const chunk = await limited(fetch.take())
      const { ended, more } = fetch
      if (ended && more) fetch = startFetch(client, { portal, maxRows: nextFetchRows(chunk, fetchSize) })
      if (chunk.rows.length > 0) yield chunk
      if (ended && !more) return
    }
  } finally {
    fetch.discard()
  }
}
