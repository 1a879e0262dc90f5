import { Socket } from 'node:net'

export interface SocketWatch {
  /** `address:port` of every outgoing TCP connection that this process has opened since. */
  readonly opened: ReadonlySet<string>
  /** Outgoing sockets that are neither destroyed nor idle in a pool. */
  busy(): readonly string[]
  stop(): void
}

type Connect = (this: Socket, ...args: unknown[]) => Socket
interface Referenced {
  readonly _handle?: { hasRef?(): boolean } | null
}

/**
 * Watches the sockets of this process by wrapping `Socket.prototype.connect`, which TLS and HTTP agents use as
 * well. One watch at a time; the caller stops it.
 */
export const watchSockets = (): SocketWatch => {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const original = Socket.prototype.connect as unknown as Connect
  const opened = new Set<string>()
  const sockets = new Map<Socket, string>()
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    this.once('connect', () => {
      if (this.remoteAddress === undefined) return
      const address = `${this.remoteAddress}:${this.remotePort}`
      opened.add(address)
      sockets.set(this, address)
    })
    return original.apply(this, args)
  }
  return {
    opened,
    // An agent unrefs a socket that waits in its pool.
    busy: () =>
      [...sockets].filter(([socket]) => !socket.destroyed && (socket as Referenced)._handle?.hasRef?.() !== false).map(([, address]) => address),
    stop: () => {
      Socket.prototype.connect = original
    },
  }
}
