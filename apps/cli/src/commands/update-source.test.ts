import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createTerminal } from '../terminal/terminal.js'
import { type UpdateSourceFlags, updateSource } from './update-source.js'

const SOURCE = {
  slug: 'shop',
  connector: 'postgres',
  revision: 7,
  version: 2,
  status: 'ACTIVE',
  state: 'IDLE',
  config: { host: 'old', tls: { mode: 'disable', ca: 'x' }, tables: ['a', 'b'] },
  schedule: { cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
  labels: { team: 'core', tier: '1' },
  warnings: [],
  reindexing: null,
}
const SCHEMA = { properties: { tls: { properties: { mode: { type: 'string' } } }, tables: { type: 'array', items: { type: 'string' } } } }
const patches: { readonly url: string; readonly ifMatch: unknown; readonly body: unknown }[] = []
const server = createServer((request, response) => {
  let text = ''
  request.on('data', (part: Buffer) => void (text += part.toString()))
  request.on('end', () => {
    if (request.method === 'PATCH') patches.push({ url: request.url ?? '', ifMatch: request.headers['if-match'], body: JSON.parse(text) as unknown })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.url?.startsWith('/v1/connectors') ? { configSchema: SCHEMA } : SOURCE))
  })
})
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())
beforeEach(() => void patches.splice(0))

const update = async (flags: Partial<UpdateSourceFlags>): Promise<unknown> => {
  const context = {
    terminal: createTerminal({ write: () => {} }),
    stdout: new PassThrough(),
    env: { PW: 's3cret-value' },
    stopped: new Promise<never>(() => {}),
    confirm: async () => false,
    ask: async () => '',
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await updateSource('shop', { url, key: 'k', ...flags }, context)
  return patches.at(-1)?.body
}

it('changes what is named and keeps the rest, against the revision it has read', async () => {
  const body = await update({ set: ['host=new', 'tls.mode=verify-full', 'tables=c'], unset: ['tls.ca'], secret: ['password=env:PW'], check: true })
  expect(body).toEqual({ config: { host: 'new', tls: { mode: 'verify-full' }, tables: ['c'] }, secrets: { password: 's3cret-value' } })
  expect(patches).toMatchObject([{ url: '/v1/sources/shop?check=true', ifMatch: '"r7"' }])
})

it.each([
  [{ cron: '0 4 * * *' }, { schedule: { cron: '0 4 * * *', timeZone: 'Europe/Berlin' } }],
  [{ timeZone: 'UTC' }, { schedule: { cron: '0 3 * * *', timeZone: 'UTC' } }],
  [
    { cron: 'none', freshWithin: 'none', credential: 'none' },
    { schedule: null, freshWithin: null, credential: null },
  ],
  [{ label: ['team=data', 'tier='] }, { labels: { team: 'data' } }],
  [{ name: 'Shop' }, { name: 'Shop' }],
])('of %o makes %o', async (flags, body) => {
  expect(await update(flags)).toEqual(body)
})

it('reads fields from a file, to which settings are added', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'inlet-update-')), 'shop.yaml')
  writeFileSync(file, 'config:\n  host: filed\nfreshWithin: 2d\n')
  expect(await update({ file, set: ['port=5433'] })).toEqual({ config: { host: 'filed', port: '5433' }, freshWithin: '2d' })
  writeFileSync(file, '- 1\n')
  await expect(update({ file })).rejects.toThrow('must hold fields of a source')
})

it('asks for something to change', async () => {
  await expect(update({})).rejects.toThrow('specify what to change')
  expect(patches).toEqual([])
})
