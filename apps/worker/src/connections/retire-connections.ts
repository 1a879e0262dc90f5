import type { LiveConnection } from '@inlet/db'
import type { ConnectionKey, ConnectionPool } from './connection-pool.js'

export interface RetireDeps {
  readonly connections: Pick<ConnectionPool, 'sourceIds' | 'retire'>
  readonly findLive: (sourceIds: readonly string[]) => Promise<ReadonlyMap<string, LiveConnection>>
  readonly onError: (error: unknown) => void
}

/** Returns the part of a connection's key that identifies its secrets. */
export const credentialKey = (credential: { readonly id: string; readonly version: number } | null): string | null =>
  credential === null ? null : `${credential.id} ${credential.version}`

const isLive = (key: ConnectionKey, live: LiveConnection | undefined): boolean =>
  live !== undefined && key.versionId === live.versionId && key.generation === live.generation && key.credential === credentialKey(live.credential)

/**
 * Returns a function that closes connections made useless by a change; it takes the id of the source that changed, or null for all. Concurrent
 * notifications are looked up together. After a failure, connections are closed when idle.
 */
export const createConnectionRetirer = ({ connections, findLive, onError }: RetireDeps): ((sourceId: string | null) => void) => {
  const changed = new Set<string>()
  let working = false

  const work = async (): Promise<void> => {
    while (changed.size > 0) {
      const ids = [...changed]
      changed.clear()
      const live = await findLive(ids)
      await connections.retire((key) => ids.includes(key.sourceId) && !isLive(key, live.get(key.sourceId)))
    }
  }

  return (sourceId) => {
    const open = connections.sourceIds()
    for (const id of sourceId === null ? open : [sourceId]) if (open.has(id)) changed.add(id)
    if (working || changed.size === 0) return
    working = true
    work()
      .catch(onError)
      .finally(() => {
        working = false
      })
  }
}
