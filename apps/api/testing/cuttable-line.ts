import net from 'node:net'

/** Starts a TCP proxy to a database that can be cut and restored, like a failing network or server. The caller closes it. */
export const startCuttableLine = async (
  databaseUrl: string,
): Promise<{ readonly url: string; readonly cut: () => void; readonly restore: () => void; readonly close: () => void }> => {
  const target = new URL(databaseUrl)
  const sockets = new Set<net.Socket>()
  let whole = true
  const server = net.createServer((socket) => {
    if (!whole) {
      socket.destroy()
      return
    }
    const upstream = net.connect(Number(target.port), target.hostname)
    for (const end of [socket, upstream]) {
      sockets.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        socket.destroy()
        upstream.destroy()
        sockets.delete(end)
      })
    }
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = new URL(databaseUrl)
  url.port = String(typeof address === 'object' ? address?.port : 0)
  return {
    url: url.href,
    cut() {
      whole = false
      for (const socket of sockets) socket.destroy()
    },
    restore() {
      whole = true
    },
    close: () => void server.close(),
  }
}
