import path from 'node:path'
import { TOOLS } from '@inlet/mcp'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientOf2025 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as TransportOf2025 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertRecords, newSource, startApi, type TestApi } from '../../apps/api/testing/start-api.js'

const CLI = path.resolve(import.meta.dirname, '../../apps/cli/dist/main.js')

let api: TestApi
beforeAll(async () => {
  api = await startApi()
  const { id } = (await api.post('/v1/sources', newSource({ slug: 'handbook' }))).body
  await insertRecords(api.database, id, [{ key: 'a', title: 'Leases', text: 'a worker renews its lease' }])
})
afterAll(() => api.close())

const start = () => ({
  command: process.execPath,
  args: [CLI, 'mcp'],
  env: { PATH: process.env['PATH'] ?? '', INLET_URL: api.url, INLET_API_KEY: api.keys.write },
})

describe('inlet mcp, over standard input and output', () => {
  it('gives a client of 2026 what the API gives', async () => {
    const client = new Client({ name: 'desk', version: '1' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(new StdioClientTransport(start()))
    try {
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(TOOLS.slice(0, 8).map(({ name }) => name))
      const found = await client.callTool({ name: 'search', arguments: { q: 'lease' } })
      expect(found.structuredContent).toMatchObject({ hits: [{ data: { title: 'Leases' } }] })
    } finally {
      await client.close()
    }
    const { rows } = await api.database.pool.query(`SELECT target_id AS client FROM audit WHERE action = 'mcp.search'`)
    expect(rows).toEqual([{ client: 'desk' }])
  })

  it('gives a client of 2025 the same', async () => {
    const client = new ClientOf2025({ name: 'old-desk', version: '1' })
    await client.connect(new TransportOf2025(start()))
    try {
      expect((await client.listTools()).tools).toHaveLength(8)
      const found = await client.callTool({ name: 'list_sources', arguments: {} })
      expect(found.structuredContent).toMatchObject({ sources: [{ source: 'handbook' }] })
      const refused = await client.callTool({ name: 'describe_source', arguments: { source: 'nowhere' } })
      expect(refused).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('NOT_FOUND') }] })
    } finally {
      await client.close()
    }
  })
})
