import net from 'node:net'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newSource, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi({ config: { INLET_MAX_STREAMS_PER_KEY: 1 } })
  await api.post('/v1/sources', newSource({ slug: 'followed' }))
})
afterAll(() => api.close())

const openStream = async (path: string): Promise<number> => {
  const abort = new AbortController()
  const headers = { authorization: `Bearer ${api.keys.read}`, accept: 'text/event-stream' }
  const { status } = await fetch(`${api.url}${path}`, { headers, signal: abort.signal })
  abort.abort()
  return status
}

it.each(['/v1/changes?source=followed', '/v1/events/stream?source=followed'])(
  '%s: a client that leaves before the stream begins leaves no place taken',
  async (path) => {
    const blocker = await api.database.pool.connect()
    await blocker.query('BEGIN; LOCK TABLE sources IN ACCESS EXCLUSIVE MODE')
    const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${api.keys.read}\r\nAccept: text/event-stream\r\n\r\n`)
    const waits = async () => (await api.database.pool.query("SELECT FROM pg_locks WHERE NOT granted AND relation = 'sources'::regclass")).rowCount
    await until(waits)
    socket.destroy()
    // Answered only after the server has noticed that the client disconnected.
    await fetch(`${api.url}/health`)
    await blocker.query('COMMIT')
    blocker.release()
    await until(async () => (await waits()) === 0)
    expect(await until(async () => (await openStream(path)) === 200, { timeoutMs: 5_000, what: 'a place' })).toBe(true)
  },
)
