import type { Connection, Connector, ConnectorContext } from '@inlet/connector-sdk'
import { withDeadline } from '@inlet/runtime'

/** Identifies a connection: a source in one version, with one version of its credentials, in one generation. */
export interface ConnectionKey {
  readonly sourceId: string
  readonly versionId: string
  /** Raised by stop, restart and reload: connections opened before that are not used again. */
  readonly generation: number
  /** Whether the connector sees what is stored; a backfill reads as if nothing were. */
  readonly knowsRecords: boolean
  /** Which secrets: id and version of the credential; null without any. */
  readonly credential: string | null
}

export interface PooledConnection {
  readonly connector: Connector
  readonly connection: Connection
  readonly context: ConnectorContext
}

interface Entry extends PooledConnection {
  readonly key: ConnectionKey
  readonly abort: AbortController
  users: number
  timer: NodeJS.Timeout | undefined
}

/** The connections of a worker: opened once per source version, reused by its runs, closed when idle or superseded. */
export interface ConnectionPool {
  /** Runs `work` with a connection, opening one if there is none. `broken` makes the pool close it afterwards. */
  use<T>(key: ConnectionKey, open: (signal: AbortSignal) => Promise<PooledConnection>, work: (pooled: PooledConnection) => Promise<T>): Promise<T>
  /** Closes stale connections: idle ones now, those in use when their work is done. */
  retire(isStale: (key: ConnectionKey) => boolean): Promise<void>
  /** The sources that have a connection. */
  sourceIds(): ReadonlySet<string>
  readonly size: number
  /** Closes all connections. */
  close(): Promise<void>
}

/** A connection that takes longer to close is abandoned, so that it holds nothing up. */
const CLOSE_MS = 5_000

const textOf = (key: ConnectionKey): string => `${key.sourceId} ${key.versionId} ${key.generation} ${key.knowsRecords} ${key.credential ?? ''}`

export const createConnectionPool = (options: { readonly idleMs: number; readonly onCloseError: (error: unknown) => void }): ConnectionPool => {
  const entries = new Map<string, Entry>()

  const discard = async (entry: Entry): Promise<void> => {
    clearTimeout(entry.timer)
    if (entries.get(textOf(entry.key)) === entry) entries.delete(textOf(entry.key))
    entry.abort.abort(new Error('the connection closes'))
    try {
      await withDeadline(async () => entry.connection[Symbol.asyncDispose](), CLOSE_MS, 'closing a connection')
    } catch (error) {
      options.onCloseError(error)
    }
  }

  const discardSuperseded = async (key: ConnectionKey): Promise<void> => {
    const old = [...entries.values()].filter((entry) => entry.key.sourceId === key.sourceId && textOf(entry.key) !== textOf(key) && entry.users === 0)
    await Promise.all(old.map(discard))
  }

  const acquire = async (key: ConnectionKey, open: (signal: AbortSignal) => Promise<PooledConnection>): Promise<Entry> => {
    const present = entries.get(textOf(key))
    if (present !== undefined && present.users === 0) {
      clearTimeout(present.timer)
      present.users = 1
      return present
    }
    await discardSuperseded(key)
    const abort = new AbortController()
    const entry: Entry = { ...(await open(abort.signal)), key, abort, users: 1, timer: undefined }
    // A concurrent second user (a check during a run) gets its own connection, closed after use.
    if (present === undefined) entries.set(textOf(key), entry)
    return entry
  }

  const release = async (entry: Entry, broken: boolean): Promise<void> => {
    entry.users -= 1
    if (broken || entries.get(textOf(entry.key)) !== entry) return discard(entry)
    entry.timer = setTimeout(() => void discard(entry), options.idleMs)
    entry.timer.unref()
  }

  return {
    async use(key, open, work) {
      const entry = await acquire(key, open)
      let broken = true
      try {
        const result = await work(entry)
        broken = false
        return result
      } finally {
        await release(entry, broken)
      }
    },
    async retire(isStale) {
      const stale = [...entries.values()].filter(({ key }) => isStale(key))
      // Connections removed from the map are closed when they are released.
      for (const { key } of stale) entries.delete(textOf(key))
      await Promise.all(stale.filter(({ users }) => users === 0).map(discard))
    },
    sourceIds: () => new Set([...entries.values()].map(({ key }) => key.sourceId)),
    get size() {
      return entries.size
    },
    async close() {
      await Promise.all([...entries.values()].map(discard))
    },
  }
}
