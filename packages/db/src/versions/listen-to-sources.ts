import pg from 'pg'

const CHANNEL = 'inlet_sources'
const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 30_000
/** A connection that died without a word is found out after this. */
const PROBE_EVERY_MS = 30_000

export interface ListenOptions {
  readonly url: string
  /** The id of a source that changed; null when any may have, since the connection was unavailable. */
  readonly onChange: (sourceId: string | null) => void
  readonly onError: (error: Error) => void
}

/**
 * Hears of changed sources over a connection of its own, which is made again by itself. Nothing may rest on what it says:
 * while it is unavailable, or behind a pooler that cannot LISTEN, nothing is heard. Connects in the background; the caller closes it.
 */
export const listenToSources = (options: ListenOptions): { close(): Promise<void> } => {
  let closed = false
  let current: pg.Client | null = null
  let retryMs = FIRST_RETRY_MS
  let retry: NodeJS.Timeout | undefined
  let probe: NodeJS.Timeout | undefined

  const lose = (client: pg.Client, error: Error | null): void => {
    if (client !== current) return
    current = null
    clearInterval(probe)
    void client.end().catch(() => {})
    if (closed) return
    if (error !== null) options.onError(error)
    retry = setTimeout(() => void connect(), retryMs)
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
  }

  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: 'inlet-listen',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    })
    current = client
    client.on('error', (error) => lose(client, error))
    client.on('end', () => lose(client, null))
    client.on('notification', ({ payload }) => options.onChange(payload ?? null))
    try {
      await client.connect()
      await client.query(`LISTEN ${CHANNEL}`)
    } catch (error) {
      lose(client, error instanceof Error ? error : new Error(String(error)))
      return
    }
    if (client !== current) return
    retryMs = FIRST_RETRY_MS
    probe = setInterval(() => void client.query('SELECT 1').catch((error: Error) => lose(client, error)), PROBE_EVERY_MS)
    options.onChange(null)
  }

  void connect()
  return {
    async close() {
      closed = true
      clearTimeout(retry)
      clearInterval(probe)
      await current?.end().catch(() => {})
    },
  }
}
