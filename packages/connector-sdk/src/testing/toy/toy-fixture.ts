import { randomBytes } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import type { AcceptanceFixture } from '../acceptance-fixture.js'
import { repeatUntilStopped } from '../servers/test-servers.js'
import type { ToySource } from './toy-source.js'

const listen = async (sockets: Set<Socket>): Promise<{ server: Server; port: number }> => {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

/** Opens a fixture that offers something for each of the sixteen checks. */
export const openToyFixture = async (source: ToySource): Promise<AcceptanceFixture> => {
  const sockets = new Set<Socket>()
  const { server, port } = await listen(sockets)
  const closed = await listen(new Set())
  await new Promise((resolve) => closed.server.close(resolve))
  const secret = randomBytes(12).toString('hex')
  const highest = (): number => Math.max(...source.items.keys())
  return {
    config: { port, pageSize: 10 },
    secrets: { apiKey: `good-${secret}` },
    allow: [`127.0.0.1:${port}`],
    minRecords: 100,
    truth: () => Promise.resolve(new Map([['items', new Set([...source.items.keys()].map(String))]])),
    change: () => {
      source.put(3, `changed ${highest()}`)
      source.put(highest() + 1, 'new')
      return Promise.resolve()
    },
    failures: {
      unreachable: { config: { port: closed.port }, allow: [`127.0.0.1:${closed.port}`] },
      auth: { secrets: { apiKey: `wrong-${secret}` } },
      permission: { secrets: { apiKey: `weak-${secret}` } },
    },
    futureCursor: (_stream, last) => Number(last) + 1000,
    hostile: [{ name: 'garbage', secrets: { apiKey: `garbage-${secret}` }, expectReason: 'UPSTREAM_INVALID' }],
    drift: [
      {
        name: 'field renamed',
        expectReason: 'SCHEMA_CHANGED',
        apply: () => {
          source.mode = 'renamed'
          return Promise.resolve()
        },
      },
    ],
    writer: () => Promise.resolve(repeatUntilStopped(() => source.put(highest() + 1, 'written'), 1)),
    openConnections: () => sockets.size,
    large: () => {
      for (let id = 1000; id < 21_000; id++) source.put(id, `item ${id}`)
      return Promise.resolve({ config: { port, pageSize: 1000 }, records: 20_000 })
    },
    rateLimited: () => {
      source.mode = 'limited'
      return Promise.resolve({
        verify: () => {
          if (source.violations > 0) throw new Error(`${source.violations} requests came too early`)
        },
      })
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
