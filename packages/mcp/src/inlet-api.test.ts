import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createHttpApi } from './inlet-api.js'

const keys: (string | undefined)[] = []
const server = createServer((request, response) => {
  keys.push(request.headers.authorization)
  if (request.url === '/v1/moved') response.writeHead(307, { location: '/v1/runs' }).end()
  else response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}')
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

it('asks with its key, and follows no redirect', async () => {
  const api = createHttpApi({ url, key: 'k' })
  expect(await api({ method: 'GET', path: '/v1/runs' })).toEqual({ items: [] })
  await expect(api({ method: 'GET', path: '/v1/moved' })).rejects.toMatchObject({
    status: 307,
    code: 'UPSTREAM_INVALID',
    next: expect.stringContaining('proxy in front'),
  })
  expect(keys).toEqual(['Bearer k', 'Bearer k'])
})
