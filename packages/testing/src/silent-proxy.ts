import net from 'node:net'

export interface SilentProxy {
  readonly port: number
  /** Silences the current connections in both directions without closing them; new connections work. */
  silence(): void
  close(): Promise<void>
}

/** A TCP proxy in front of a server on loopback, to test connections that die silently. The caller closes it. */
export const startSilentProxy = (target: number): Promise<SilentProxy> => {
  const pairs = new Set<readonly [net.Socket, net.Socket]>()
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1')
    const pair = [client, upstream] as const
    pairs.add(pair)
    for (const [from, to] of [pair, [upstream, client]] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
    }
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as net.AddressInfo).port,
        silence() {
          for (const [client, upstream] of pairs) {
            client.unpipe(upstream).pause()
            upstream.unpipe(client).pause()
          }
        },
        async close() {
          for (const pair of pairs) for (const socket of pair) socket.destroy()
          await new Promise((closed) => server.close(closed))
        },
      }),
    )
  })
}
