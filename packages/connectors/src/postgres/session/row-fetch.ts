import type { Client, Connection, Submittable } from 'pg'
import type { Chunk, RawRow } from '../../sql/read/row-source.js'

export interface FetchOptions {
  /** Name of a portal in the open transaction. */
  readonly portal: string
  /** Opens the portal first; absent when fetching more rows from an open one. */
  readonly open?: { readonly text: string; readonly values: readonly (string | null)[] }
  readonly maxRows: number
}

/** When more than this is buffered, a fetch stops reading from the socket until someone takes it. */
const PAUSE_BYTES = 8 * 1024 * 1024

/** The protocol's calls as the library serializes them; its types say string where it needs a number. */
interface PortalProtocol {
  parse(message: { readonly text: string }): void
  bind(message: { readonly portal: string; readonly values: readonly (string | null)[] }): void
  describe(message: { readonly type: 'P'; readonly name: string }): void
  execute(message: { readonly portal: string; readonly rows: number }): void
  sync(): void
}

/**
 * One round trip of the extended protocol: up to `maxRows` rows of a portal, then Sync. The portal stays open in its
 * transaction, and the statement timeout covers each round trip, not the time a slow reader takes in between. Rows are kept as
 * they came, and memory stays bounded when they suddenly become large.
 */
export class RowFetch implements Submittable {
  /** Whether the round trip is over. */
  ended = false
  /** Whether the portal may have more rows; known once the round trip has ended. */
  more = false
  /** From sending the request until its first row came; infinite before. */
  responseMs = Number.POSITIVE_INFINITY
  readonly #options: FetchOptions
  #rows: RawRow[] = []
  #sizes: number[] = []
  #discarded = false
  #bytes = 0
  #error: unknown
  #wake: (() => void) | undefined
  #stream: Connection['stream'] | undefined
  #sentAt = 0

  constructor(options: FetchOptions) {
    this.#options = options
  }

  /** Returns what has arrived, as soon as the round trip is over or much is buffered. Throws the server's error. */
  async take(): Promise<Chunk> {
    if (!this.ended && this.#bytes <= PAUSE_BYTES) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#error !== undefined) throw this.#error
    const chunk = { rows: this.#rows, sizes: this.#sizes, bytes: this.#bytes }
    this.#clear()
    return chunk
  }

  /** Drops the remaining rows as they arrive, because no one takes them any more, so that the connection is soon free. */
  discard(): void {
    this.#discarded = true
    this.#clear()
  }

  submit(connection: Connection): void {
    const { portal, open, maxRows } = this.#options
    this.#stream = connection.stream
    this.#sentAt = performance.now()
    const protocol = connection as unknown as PortalProtocol
    if (open !== undefined) {
      protocol.parse({ text: open.text })
      protocol.bind({ portal, values: open.values })
      protocol.describe({ type: 'P', name: portal })
    }
    protocol.execute({ portal, rows: maxRows })
    protocol.sync()
  }

  handleRowDescription(): void {
    // The plan was made from an earlier description in the same transaction.
  }

  handleDataRow(message: { readonly length: number; readonly fields: RawRow }): void {
    if (this.#discarded) return
    if (this.#bytes === 0) this.responseMs = Math.min(this.responseMs, performance.now() - this.#sentAt)
    this.#rows.push(message.fields)
    this.#sizes.push(message.length)
    this.#bytes += message.length
    if (this.#bytes <= PAUSE_BYTES) return
    this.#stream?.pause()
    this.#rouse()
  }

  handlePortalSuspended(): void {
    this.more = true
  }

  handleCommandComplete(): void {
    this.more = false
  }

  handleReadyForQuery(): void {
    this.#end(undefined)
  }

  handleError(error: unknown): void {
    this.#end(error)
  }

  #clear(): void {
    this.#rows = []
    this.#sizes = []
    this.#bytes = 0
    if (this.#stream?.isPaused()) this.#stream.resume()
  }

  #end(error: unknown): void {
    this.#error = error
    this.ended = true
    this.#rouse()
  }

  #rouse(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}

/** Sends a fetch; the caller takes its rows from the returned object. */
export const startFetch = (client: Client, options: FetchOptions): RowFetch => client.query(new RowFetch(options))
