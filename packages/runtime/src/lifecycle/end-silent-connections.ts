import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'

/** A pool of Postgres connections, as created by pg. */
export interface ObservablePool {
  on(event: 'connect' | 'acquire', listener: (client: unknown) => void): unknown
  on(event: 'release', listener: (error: unknown, client: unknown) => void): unknown
}

// pg does not declare its socket.
const socketOf = (client: unknown): Socket => (client as { readonly connection: { readonly stream: Socket } }).connection.stream
const ignoreErrors = (client: unknown): void => void (client as EventEmitter).on('error', () => {})

/**
 * Destroys connections that have gone silent: a server that died silently, or a pooler that hangs, never responds, and whatever waits for it would
 * wait for minutes or hours, until the system notices. A connection in use is destroyed (ETIMEDOUT) when nothing was sent or received for `silentMs`,
 * and with it the idle ones, which are no better. Call it before the pool connects.
 */
export const endSilentConnections = (pool: ObservablePool, silentMs: number): void => {
  const silent = (): Error => Object.assign(new Error(`the database was silent for ${silentMs / 1_000} s`), { code: 'ETIMEDOUT' })
  const idle = new Set<Socket>()
  pool.on('connect', (client) => {
    // The pool listens to idle connections only. One that breaks while in use fails its query; its event would end the process.
    ignoreErrors(client)
    const socket = socketOf(client)
    socket.on('timeout', () => {
      for (const one of [socket, ...idle]) one.destroy(silent())
    })
    socket.on('close', () => idle.delete(socket))
  })
  pool.on('acquire', (client) => {
    idle.delete(socketOf(client))
    socketOf(client).setTimeout(silentMs)
  })
  pool.on('release', (_error, client) => {
    const socket = socketOf(client)
    socket.setTimeout(0)
    if (!socket.destroyed) idle.add(socket)
  })
}
