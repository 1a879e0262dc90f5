import net from 'node:net'
import { freePort } from '@inlet/db/embedded'
import { createTestDatabase, startRedis, until } from '@inlet/testing'
import { expect, inject, it, onTestFinished } from 'vitest'
import { startApi } from '../../testing/start-api.js'

/** Starts a proxy that passes everything on, but ends the first connection that asks for `what`; returns its port and how many it has ended. */
const startCuttingProxy = async (target: URL, what: string) => {
  let cuts = 0
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(target.port), target.hostname)
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
    client.on('data', (piece) => {
      if (cuts === 0 && piece.includes(what)) {
        cuts += 1
        return end()
      }
      upstream.write(piece)
    })
    upstream.on('data', (piece) => client.write(piece))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as net.AddressInfo).port, cuts: () => cuts }
}

it.each(['_prisma_migrations', 'settings'])('starts although the connection breaks while it asks for %s', async (table) => {
  const store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
  const url = new URL(store.url)
  const proxy = await startCuttingProxy(new URL(store.url), table)
  url.port = String(proxy.port)
  url.hostname = '127.0.0.1'
  const api = await startApi({ store, config: { DATABASE_URL: url.href } })
  expect([proxy.cuts(), (await api.get('/ready')).status]).toEqual([1, 200])
  await api.close()
})

it.skipIf(inject('redisServer') === '')('says what it waits for while Redis is unavailable at its start, and serves when it is there', async () => {
  const redis = await startRedis(inject('redisServer'))
  onTestFinished(() => redis.stop())
  await redis.kill()
  const port = await freePort()
  const starting = startApi({ config: { REDIS_URL: redis.url, PORT: port } })
  const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).catch(() => null)
  const saysQueue = async (): Promise<boolean> => {
    const answer = await ask('/ready')
    return answer?.status === 503 && (await answer.text()).includes('"name":"queue","ok":false')
  }
  await until(saysQueue, { what: 'the API to say what it waits for' })
  expect((await ask('/health'))?.status).toBe(200)
  const refused = await ask('/v1/sources')
  expect([refused?.status, await refused?.json()]).toEqual([503, expect.objectContaining({ code: 'QUEUE_UNAVAILABLE' })])
  await redis.restart()
  const api = await starting
  expect((await api.get('/ready')).status).toBe(200)
  await api.close()
})
