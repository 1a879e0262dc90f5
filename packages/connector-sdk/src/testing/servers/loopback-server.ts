import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

export interface LoopbackServer {
  /** Without a trailing slash. */
  readonly url: string
  readonly port: number
  /** Every request in order of arrival; stays empty for a raw server. */
  readonly seen: readonly IncomingMessage[]
  /** Every connection ever made. */
  readonly sockets: ReadonlySet<Socket>
  /** Cuts all connections and stops listening. */
  close(): Promise<void>
}

/** Starts an HTTP server on a free loopback port. The caller closes it. */
export const serveHttp = async (listener: RequestListener): Promise<LoopbackServer> => {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    listener(request, response)
  })
  return await open(server, seen)
}

/** Starts a TCP server that acts once a client has sent something, to answer what no HTTP library would. The caller closes it. */
export const serveRaw = async (act: (socket: Socket) => void): Promise<LoopbackServer> =>
  await open(
    createTcpServer((socket) => socket.once('data', () => act(socket))),
    [],
  )

const open = async (server: Server, seen: readonly IncomingMessage[]): Promise<LoopbackServer> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return { url: `http://127.0.0.1:${port}`, port, seen, sockets, close }
}
