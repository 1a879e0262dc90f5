import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connectors } from '@inlet/connectors'
import { reportResponse } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from '../../apps/api/testing/start-api.js'
import { startProcesses } from '../../apps/worker/testing/start-ingestion.js'

const FEED = `<rss version="2.0"><channel><title>News</title><link>http://example.com</link><description>d</description>
  <item><title>Back again</title><guid>1</guid><link>http://example.com/1</link></item></channel></rss>`

let api: TestApi
let processes: Awaited<ReturnType<typeof startProcesses>>
let server: Server
let isUp = false
let asked = 0

beforeAll(async () => {
  server = createServer((_, response) => {
    asked += 1
    if (isUp) response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(FEED)
    else response.writeHead(503).end('down')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  api = await startApi({ connectors: [...connectors], config: { INLET_EGRESS_ALLOW: ['127.0.0.1'] } })
  processes = await startProcesses({
    databaseUrl: api.store.url,
    keyring: api.keyring,
    overrides: { findConnector: (type) => connectors.find((connector) => connector.type === type) },
    config: { INLET_EGRESS_ALLOW: ['127.0.0.1'] },
  })
})
afterAll(async () => {
  await processes?.close()
  await api?.close()
  server?.close()
})

it('leaves a host alone that keeps failing, says so, and continues at once after the step it names', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.xml`
  const { body: source } = await api.post('/v1/sources', { name: 'News', slug: 'news', connector: 'rss', config: { feeds: [url] }, runNow: true })
  const limits = () => api.database.pool.query<{ key: string; host: string }>('SELECT key, host FROM request_limits WHERE failures > 0')
  const limit = await until(async () => (await limits()).rows[0], { timeoutMs: 60_000, what: 'the first failures' })
  // As many as other sources of the same host may report meanwhile: it then rests longer than a run waits.
  for (let n = 0; n < 15; n++)
    await reportResponse(api.database, { ...limit, served: false, failure: `${url} answered with status 503`, cooldownMs: null, quota: null })

  const why = async () => (await api.get('/v1/sources/news/why')).body
  const blocked = await until(
    async () => {
      const found = await why()
      return found.blocker?.reason === 'CIRCUIT_OPEN' ? found : null
    },
    { timeoutMs: 120_000, everyMs: 200, what: 'the run to be parked' },
  )
  const { who, message, next } = blocked.blocker
  expect([who, message]).toEqual(['owner', expect.stringMatching(/127\.0\.0\.1:\d+ has failed \d+ times in a row .*answered with status 503/u)])
  expect(next).toContain('`inlet check news` (POST /v1/sources/news/check) followed by `inlet sources restart news` (POST /v1/sources/news/restart)')

  // While the host is down, the check says so, and the runs leave it alone.
  const check = async () => (await api.post(`/v1/sources/news/check`, {})).body
  expect(await check()).toMatchObject({ ok: false })
  const askedBefore = asked
  expect((await why()).blocker.reason).toBe('CIRCUIT_OPEN')
  expect(asked).toBe(askedBefore)

  isUp = true
  expect(await check()).toMatchObject({ ok: true })
  await api.post('/v1/sources/news/restart', {})
  const ended = async () => (await api.get('/v1/runs?source=news&limit=1')).body.items.find(({ status }: { status: string }) => status === 'ended')
  expect(await until(ended, { timeoutMs: 60_000, what: 'the end of the run' })).toMatchObject({ outcome: 'ok', counts: { inserted: 2 } })
  expect((await api.get(`/v1/records?source=${source.id}`)).body.items.map(({ title }: { title: string }) => title)).toContain('Back again')
})
