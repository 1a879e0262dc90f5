import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkApi } from './check-api.js'
import { checkQueue } from './check-queue.js'

let checks: readonly object[] = []
const server = createServer((_request, response) => {
  const ready = checks.every((check) => (check as { readonly ok: boolean }).ok)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ status: ready ? 'ready' : 'not_ready', checks }))
})
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

const check = (answer: typeof checks) => {
  checks = answer
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return checkApi({ url, client: null, knowsDatabase: true, knowsQueue: false })
}

it('reports one cause once: checks that depend on the database are not further failures', async () => {
  const gone = (name: string) => ({ name, ok: false, reason: 'ECONNREFUSED' })
  const found = await check([gone('database'), gone('migrations'), gone('encryption'), gone('clock'), { name: 'queue', ok: true }])
  expect(found).toMatchObject([
    { name: 'api: database', status: 'fail', next: expect.stringContaining('Start Postgres') },
    { name: 'queue', status: 'ok' },
  ])
})

it('takes checks that the database refuses for its matter, not for that of clocks and keys', async () => {
  const refused = { ok: false, reason: 'DATABASE_UNAVAILABLE: the database has no free connection' }
  const queue = { name: 'queue', ok: false, reason: 'QUEUE_UNAVAILABLE: sorry, too many clients already' }
  const all = [{ name: 'database', ok: true }, queue, { name: 'encryption', ok: false, reason: 'P2037' }, { name: 'clock', ...refused }]
  expect((await check(all)).map(({ name }) => name)).toEqual(['api: queue'])
  expect(await check([{ name: 'clock', ...refused }])).toMatchObject([{ name: 'api: clock', next: expect.stringContaining('Start Postgres') }])
})

it('relies on the api for the queue, whose address only the processes know', async () => {
  expect(await checkQueue(undefined, { inDatabase: true, asksApi: true })).toEqual([])
  const found = await check([
    { name: 'database', ok: true },
    { name: 'queue', ok: false, reason: 'queue took longer than 2000 ms' },
  ])
  expect(found).toMatchObject([{ name: 'api: queue', status: 'fail', next: expect.stringContaining('Redis') }])
  expect(await check([{ name: 'queue', ok: true }])).toMatchObject([{ status: 'ok' }, { name: 'queue', status: 'ok' }])
  const unsafe = await check([{ name: 'queue', ok: false, reason: 'appendonly is off: jobs can be lost; set it to yes' }])
  const full = await check([{ name: 'queue', ok: false, reason: 'Redis refuses to store: OOM command not allowed' }])
  expect(full).toMatchObject([{ next: expect.stringContaining('more memory') }])
  expect(unsafe).toMatchObject([{ next: expect.stringContaining('redis-cli config set appendonly yes') }])
})
