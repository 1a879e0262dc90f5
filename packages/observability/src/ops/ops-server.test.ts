import { once } from 'node:events'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { Failure } from '@inlet/domain'
import { until } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { createMetrics } from '../metrics/metrics.js'
import { type Probe, runProbes } from './checks.js'
import { type OpsServer, openOpsServer } from './ops-server.js'

let server: OpsServer | undefined

afterEach(async () => {
  await server?.close()
  server = undefined
})

const open = async (ready: Record<string, Probe>, healthy: Record<string, Probe> = {}): Promise<string> => {
  const metrics = createMetrics({ process: 'worker' })
  metrics.replaceSources([{ source: 's1', slug: 'bestellungen-größer', connector: 'git', lagMs: null, incidents: [] }])
  server = await openOpsServer({ host: '127.0.0.1', port: 0, metrics, isReady: () => runProbes(ready), isHealthy: () => runProbes(healthy) })
  return `http://127.0.0.1:${server.port}`
}

describe('openOpsServer', () => {
  it('responds ready with every check', async () => {
    const url = await open({ postgres: async () => null, redis: async () => null })
    const answer = await fetch(`${url}/ready`)
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
      200,
      'application/json; charset=utf-8',
      {
        status: 'ready',
        checks: [
          { name: 'postgres', ok: true },
          { name: 'redis', ok: true },
        ],
      },
    ])
  })

  it('says why it is not ready, without quoting unknown errors', async () => {
    const url = await open({
      clock: async () => 'the clock is 7 s ahead of the database',
      postgres: async () => {
        throw new Failure('DATABASE_UNAVAILABLE', 'the database does not answer')
      },
      redis: async () => {
        throw Object.assign(new Error('redis://:hunter2@host refused'), { code: 'ECONNREFUSED' })
      },
      broken: async () => {
        throw new Error('hunter2')
      },
    })
    const answer = await fetch(`${url}/ready?verbose=1`)
    expect([answer.status, await answer.json()]).toEqual([
      503,
      {
        status: 'not_ready',
        checks: [
          { name: 'clock', ok: false, reason: 'the clock is 7 s ahead of the database' },
          { name: 'postgres', ok: false, reason: 'DATABASE_UNAVAILABLE: the database does not answer' },
          { name: 'redis', ok: false, reason: 'ECONNREFUSED' },
          { name: 'broken', ok: false, reason: 'failed' },
        ],
      },
    ])
  })

  it('answers health separately from readiness', async () => {
    const url = await open({ postgres: async () => 'down' }, { progress: async () => null })
    expect([(await fetch(`${url}/health`)).status, (await fetch(`${url}/ready`)).status]).toEqual([200, 503])
  })

  it('exposes metrics', async () => {
    const answer = await fetch(`${await open({})}/metrics`)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    const text = await answer.text()
    expect(text).toContain('inlet_backpressure_active')
    expect(text).toContain('inlet_source_info{source="s1",slug="bestellungen-größer",connector="git",process="worker"} 1')
    expect(Number(answer.headers.get('content-length'))).toBe(Buffer.byteLength(text))
  })

  it('refuses other methods and paths', async () => {
    const url = await open({})
    expect((await fetch(`${url}/health`, { method: 'POST', body: 'x' })).status).toBe(405)
    expect((await fetch(`${url}/admin`)).status).toBe(404)
    expect(await (await fetch(`${url}/health`, { method: 'HEAD' })).text()).toBe('')
  })

  it('closes while a client keeps its connection open', async () => {
    const { port } = new URL(await open({}))
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write('GET /hea')
    await server?.close()
    server = undefined
    socket.destroy()
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow('fetch failed')
  })

  it('rejects when the port is taken', async () => {
    const { port } = new URL(await open({}))
    const second = openOpsServer({
      host: '127.0.0.1',
      port: Number(port),
      metrics: createMetrics({ process: 'worker' }),
      isReady: async () => [],
      isHealthy: async () => [],
    })
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('an event loop that is blocked', () => {
  it('is reported as not ready by a separate thread', async () => {
    const url = await open({ all: async () => null })
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    // A separate thread asks while this process computes and waits for nothing.
    const answers = new Int32Array(new SharedArrayBuffer(4))
    const asker = new Worker(
      `const { workerData } = require('node:worker_threads')
       fetch(workerData.url).then(({ status }) => { Atomics.store(workerData.answers, 0, status); Atomics.notify(workerData.answers, 0) })`,
      { eval: true, workerData: { url: `${url}/ready`, answers } },
    )
    Atomics.wait(answers, 0, 0, 20_000)
    expect(Atomics.load(answers, 0)).toBe(503)
    await asker.terminate()
    expect(await until(async () => (await fetch(`${url}/ready`)).status === 200)).toBe(true)
  })
})
