import type { Client } from 'pg'
import type { Chunk } from '../../sql/read/row-source.js'
import { startFetch } from './row-fetch.js'

/**
 * Bytes a round trip should carry. Rows are kept until their round trip was read, so that those of large ones outlive the young generation of the
 * heap: at 700 kB instead of 256, collecting garbage took half as long again. The next round trip is prepared while a reader handles the last one,
 * which takes it longer than this response time; only slower servers need larger ones.
 */
const ROUND_TRIP_BYTES = { least: 256 * 1024, most: 2 * 1024 * 1024, upToMs: 10 }
const FIRST_ROWS = 250

/** Returns how many bytes a round trip should carry, by the quickest response of the server so far. */
export const roundTripBytes = (responseMs: number): number => {
  const { least, most, upToMs } = ROUND_TRIP_BYTES
  return Math.max(least, Math.min(most, least * (responseMs / upToMs)))
}

/** Returns the number of rows for the next round trip, by the size of those just seen. */
export const nextFetchRows = (chunk: Chunk, fetchSize: number, bytes: number): number => {
  if (chunk.rows.length === 0) return fetchSize
  return Math.max(1, Math.min(fetchSize, Math.floor((bytes * chunk.rows.length) / Math.max(1, chunk.bytes))))
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
  let responseMs = Number.POSITIVE_INFINITY
  try {
    for (;;) {
      const chunk = await limited(fetch.take())
      const { ended, more } = fetch
      if (ended && more) {
        responseMs = Math.min(responseMs, fetch.responseMs)
        fetch = startFetch(client, { portal, maxRows: nextFetchRows(chunk, fetchSize, roundTripBytes(responseMs)) })
      }
      if (chunk.rows.length > 0) yield chunk
      if (ended && !more) return
    }
  } finally {
    fetch.discard()
  }
}
