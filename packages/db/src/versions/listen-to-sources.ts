import pg from 'pg'

const CHANNEL = 'inlet_sources'
const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 30_000
/** A connection that died silently is noticed within this time. */
const PROBE_EVERY_MS = 30_000

export interface ListenOptions {
  readonly url: string
  /** Called with the id of a source that changed; null when any may have, because the connection was unavailable. */
  readonly onChange: (sourceId: string | null) => void
  readonly onError: (error: Error) => void
}

/**
 * Listens for changed sources on its own connection, which reconnects by itself. Nothing may depend on it: while it is unavailable, or behind a
 * pooler that does not support LISTEN, nothing is received. Connects in the background; the caller closes it.
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
      // SQL: Prisma cannot listen.
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
