import { setTimeout as delay } from 'node:timers/promises'
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from '@inlet/db/embedded'

export interface KeptPostgres {
  /** URL of its database. */
  readonly url: string
  /** Stops it for good. */
  stop(): Promise<void>
}

const PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * Starts a Postgres, and restarts it whenever it ends by itself, at the same address: its clients wait meanwhile. Throws when the first start fails.
 * `onStart` is called with the id of each of its processes, `notice` with messages for the user. The caller stops it.
 */
export const keepPostgres = async (
  options: EmbeddedPostgresOptions & { readonly port: number },
  { onStart, notice }: { readonly onStart: (pid: number) => void; readonly notice: (message: string) => void },
): Promise<KeptPostgres> => {
  const stopping = new AbortController()
  let current: Promise<EmbeddedPostgres | null> = Promise.resolve(null)
  const start = async (): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres(options)
    onStart(server.pid)
    current = Promise.resolve(server)
    void watch(server)
    return server
  }
  const watch = async (server: EmbeddedPostgres): Promise<void> => {
    await server.exited
    if (!stopping.signal.aborted) current = again()
  }
  const again = async (): Promise<EmbeddedPostgres | null> => {
    for (let pauseMs = PAUSE_MS; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      notice(`Postgres has ended (log: ${options.directory}/postgres.log); starting it again`)
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) break
      const server = await start().catch((error: unknown) =>
        notice(`Postgres does not start: ${error instanceof Error ? error.message : String(error)}`),
      )
      if (server !== undefined) return server
    }
    return null
  }
  const first = await start()
  return {
    url: first.url('postgres'),
    stop: async () => {
      stopping.abort()
      await (await current)?.stop()
    },
  }
}
