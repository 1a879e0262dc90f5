import { createEgressGuard, createHttpClient } from '@inlet/connector-sdk'
import { serveHttp } from '@inlet/connector-sdk/testing'
import { findConnector } from '@inlet/connectors'
import { CALLS, type CallParamsInput } from '@inlet/contract'
import { createDatabase } from '@inlet/db'
import { createTestDatabase } from '@inlet/testing'
import { expect, inject, it } from 'vitest'
import type { ConnectionDeps } from '../connections/open-connection.js'
import { importSettings } from './import-settings.js'

const DOCUMENT = `openapi: 3.0.3
info: { title: Pets }
paths:
  /pets:
    get: { responses: { '200': { content: { application/json: { schema: { type: array, items: { properties: { id: { type: integer } } } } } } } } }
`

it('reads a document that was sent, or is at an address the guard permits', async () => {
  const store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
  const database = createDatabase({ url: store.url, applicationName: 'test' })
  const server = await serveHttp((request, response) => void response.writeHead(request.url === '/pets.yaml' ? 200 : 404).end(DOCUMENT))
  const { signal } = new AbortController()
  const withGuard = (allow: readonly string[]) => {
    const http = createHttpClient({ guard: createEgressGuard({ allow }) })
    const deps = { database, findConnector, http: { axios: http, node: http } }
    // Importing needs no other dependency for connecting.
    const ask = (connector: string, params: CallParamsInput<'import'>) =>
      importSettings(deps as unknown as ConnectionDeps, { connector, params: CALLS.import.params.parse(params) }, signal)
    return { ask, http }
  }
  const open = withGuard([`127.0.0.1:${server.port}`])
  const closed = withGuard([])
  try {
    expect(await open.ask('api', { url: `${server.url}/pets.yaml` })).toMatchObject({
      title: 'Pets',
      config: { url: server.url, streams: [{ name: 'pets' }] },
    })
    expect(await closed.ask('api', { document: DOCUMENT })).toMatchObject({ warnings: ['the document names no address: set url'] })
    await expect(closed.ask('api', { url: `${server.url}/pets.yaml` })).rejects.toMatchObject({
      reason: expect.stringMatching(/BLOCKED|NOT_ALLOWED/),
    })
    await expect(open.ask('api', { url: `${server.url}/none` })).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM' })
    await expect(open.ask('api', { document: DOCUMENT, paths: ['/cats'] })).rejects.toMatchObject({ reason: 'IMPORT_UNREADABLE' })
    await expect(open.ask('api', { upload: '00000000-0000-4000-8000-000000000000' })).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM' })
    await expect(open.ask('git', { document: DOCUMENT })).rejects.toMatchObject({ reason: 'NOT_FOUND' })
  } finally {
    for (const { http } of [open, closed]) http.close()
    await server.close()
    await database.close()
    await store.drop()
  }
})
