import { type Page, UNDECLARED_END } from '@inlet/connector-sdk'
import type { PooledConnection } from '../connections/connection-pool.js'

/** Yields the pages of a stream from its beginning. Leaving the loop early ends the read; a loop that ends by itself has seen all pages. */
export async function* readFirstPages({ connector, connection }: PooledConnection, stream: string, signal: AbortSignal): AsyncGenerator<Page, void> {
  const enough = new AbortController()
  const pages = connector.read(connection, { stream, cursor: null, signal: AbortSignal.any([signal, enough.signal]) })
  try {
    for (let step = await pages.next(); step.done !== true; step = await pages.next()) yield step.value
  } finally {
    enough.abort()
    await pages.return(UNDECLARED_END).catch(() => {})
  }
}
